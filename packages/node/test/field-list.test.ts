import { describe, expect, test } from '@jest/globals'
import { mergeFieldList } from '@turnpike/node'

describe('merged field list', () => {
  test.each([
    [undefined, ['A'], 'A'],
    ['', ['A', 'B'], 'A, B'],
    ['a', ['A', 'B'], 'a, B'],
    [' X ,,Y', ['Z'], 'X, Y, Z'],
    ['*', ['A'], '*'],
    [['X', 'Y'], ['y', 'Z'], 'X, Y, Z'],
    ['X', [], 'X'],
  ])('of %j and %j is %j', (have, add, expected) => {
    expect(mergeFieldList(have, add)).toBe(expected)
  })
})
