import { describe, expect, test } from '@jest/globals'
import { parseAuthorization } from '@turnpike/protocol'
import * as fc from 'fast-check'

describe('Authorization', () => {
  test.each(['', ' ', ',', 'Bearer', 'Bearer ', '"PoW" x'])('finds nothing in %j', (value) => {
    expect(parseAuthorization(value)).toEqual([])
  })

  test('of more than 16,384 characters is not looked at', () => {
    const ofLength = (length: number) => `Bearer ${'x'.repeat(length - 'Bearer '.length)}`
    expect(parseAuthorization(ofLength(16_384))).toHaveLength(1)
    expect(parseAuthorization(ofLength(16_385))).toEqual([])
  })

  test.each([
    ['Bearer abc', [{ scheme: 'bearer', credentials: 'abc' }]],
    ['  pow   challenge=c,nonce=1.2 ', [{ scheme: 'pow', credentials: 'challenge=c,nonce=1.2' }]],
    ['L402 m1,m2:00ff', [{ scheme: 'l402', credentials: 'm1,m2:00ff' }]],
    [
      'Bearer abc, PoW challenge=c, nonce=1',
      [
        { scheme: 'bearer', credentials: 'abc' },
        { scheme: 'pow', credentials: 'challenge=c, nonce=1' },
      ],
    ],
    [
      'LSAT m:p, L402 m:p',
      [
        { scheme: 'lsat', credentials: 'm:p' },
        { scheme: 'l402', credentials: 'm:p' },
      ],
    ],
    ['Digest a="b, c", d=e', [{ scheme: 'digest', credentials: 'a="b, c", d=e' }]],
  ])('reads %j', (value, parsed) => {
    expect(parseAuthorization(value)).toEqual(parsed)
  })

  test('is read from any text without throwing', () => {
    const piece = fc.constantFrom(',', ' ', '"', '=', ':', 'Bearer ', 'L402 ', 'PoW', 'x', 'é')
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 60 }), (value) => {
        for (const { scheme, credentials } of parseAuthorization(value)) {
          expect(scheme).toBe(scheme.toLowerCase())
          expect(credentials.trim()).not.toBe('')
        }
      }),
    )
  })
})
