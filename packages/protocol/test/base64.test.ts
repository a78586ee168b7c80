import { Buffer } from 'node:buffer'
import { describe, expect, test } from '@jest/globals'
import { decodeBase64, encodeBase64 } from '@turnpike/protocol'
import * as fc from 'fast-check'

describe('base64', () => {
  test.each([
    ['a foreign character', 'AA!='],
    ['a blank', 'AAA A'],
    ['too little padding', 'AA='],
    ['too much padding', 'AAA=='],
    ['padding where none belongs', 'AAAA='],
    ['padding in the middle', 'AA==AAAA'],
    ['an impossible length', 'AAAAA'],
    ['spare bits', 'AB=='],
  ])('is refused with %s', (_, text) => {
    expect(decodeBase64(text)).toBeUndefined()
  })

  test('agrees with the platform, and reads the URL-safe alphabet and bare texts too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const buffer = Buffer.from(bytes)
        expect(encodeBase64(bytes)).toBe(buffer.toString('base64'))
        for (const text of [buffer.toString('base64'), buffer.toString('base64url')]) {
          expect(decodeBase64(text)).toEqual(bytes)
        }
      }),
    )
  })
})
