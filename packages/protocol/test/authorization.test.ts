import { describe, expect, test } from '@jest/globals'
import { parseAuthorization } from '@turnpike/protocol'
import fc from 'fast-check'

describe('parseAuthorization', () => {
  test.each(['', ' ', ',', 'Bearer', 'Bearer ', '"PoW" x', `Bearer ${'x'.repeat(20_000)}`])(
    'finds nothing in %j',
    (value) => {
      expect(parseAuthorization(value)).toEqual([])
    },
  )

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

  test('never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (value) => Array.isArray(parseAuthorization(value))))
  })
})
