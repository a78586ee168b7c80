import { Buffer } from 'node:buffer'
import { describe, expect, test } from '@jest/globals'
import { decodeBase64url, encodeBase64url } from '@turnpike/protocol'
import * as fc from 'fast-check'

describe('base64url', () => {
  test.each([
    ['a single character', 'A'],
    ['five characters', 'AAAAA'],
    ['padding', 'AA=='],
    ['the standard alphabet, +', 'AA+A'],
    ['the standard alphabet, /', 'AA/A'],
    ['a blank', 'AA A'],
    ['a line end', 'AAAA\n'],
    ['a character beyond ASCII', 'AAAé'],
    ['a character that is in the alphabet modulo 128', `AAA${String.fromCodePoint(128 + 65)}`],
    ['a foreign character in a tail', 'A!'],
    ['a foreign third character in a tail', 'AA!'],
    ['spare bits in a tail of two', 'AB'],
    ['spare bits in a tail of three', 'AAB'],
  ])('is refused with %s', (_, text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  })

  test.each([
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('agrees with RFC 4648 §10 on %j', (plain, text) => {
    const bytes = new TextEncoder().encode(plain)
    expect(encodeBase64url(bytes)).toBe(text)
    expect(decodeBase64url(text)).toEqual(bytes)
  })

  test('agrees with the platform, both ways', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url')
        expect(encodeBase64url(bytes)).toBe(text)
        expect(decodeBase64url(text)).toEqual(bytes)
      }),
    )
  })

  test('has one text for the same bytes: whatever decodes, encodes to itself', () => {
    const character = fc.constantFrom(...Array.from('ABCDwxyz0189-_=+'))
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 12 }), (text) => {
        const bytes = decodeBase64url(text)
        expect(bytes === undefined ? text : encodeBase64url(bytes)).toBe(text)
      }),
    )
  })
})
