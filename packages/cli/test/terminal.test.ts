import { describe, expect, test } from '@jest/globals'
import { plainLine } from '../../core/src/plain-line.ts'
import { formatTable, printable } from '../src/terminal.ts'

describe('printable text', () => {
  test.each([
    ['\u001b[31m', String.raw`\u001b[31m`],
    ['a\r\nb', String.raw`a\u000d\u000ab`],
    ['\u009b', String.raw`\u009b`],
    ['a\u202eb', String.raw`a\u202eb`],
    ['naïve ⚡ 日本語 🦊', 'naïve ⚡ 日本語 🦊'],
  ])('of %j is %j', (text, expected) => {
    expect(printable(text)).toBe(expected)
  })

  // The command starts without the package of the gate, so each has the table; here they are held together.
  test('escapes what a gate escapes in its log, character by character', () => {
    const characters = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code))
    expect(characters.filter((character) => printable(character) !== plainLine(character))).toEqual([])
  })
})

describe('a table', () => {
  test('has columns of equal width, and no blanks at the end of a line', () => {
    expect(
      formatTable([
        ['a', 'bb', ''],
        ['aaa', 'b', 'c'],
      ]),
    ).toBe('a    bb\naaa  b   c\n')
  })

  test('of nothing is nothing', () => {
    expect(formatTable([])).toBe('')
  })
})
