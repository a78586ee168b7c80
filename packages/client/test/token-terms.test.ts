import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { termsOf } from '../src/token-terms.ts'
import { macaroonFor } from './toy-seller.ts'

const HASH = 'ab'.repeat(32)

describe('terms of a token', () => {
  test.each([
    ['no base64', 'e30.ab12'],
    ['base64 of something else', 'AAAA'],
    ['a macaroon cut short', macaroonFor(HASH).slice(0, 40)],
  ])('are unknown where it is %s', (_, token) => {
    expect(termsOf(token)).toEqual({})
  })

  test.each<[string, readonly string[], number | undefined]>([
    ['says no end', ['services=shop:0'], undefined],
    ['names its end', ['shop_valid_until=1800000000'], 1_800_000_000_000],
    ['was narrowed: the earliest end counts', ['a_valid_until=20', 'a_valid_until=10'], 10_000],
    ['has an end that is no number', ['shop_valid_until=soon'], undefined],
    ['has an end of thirteen digits', ['shop_valid_until=1800000000000'], undefined],
    ['only mentions the name', ['x=shop_valid_until=10'], undefined],
  ])('R35 are its payment hash and its end, where it %s', (_, caveats, validUntilMs) => {
    const terms = { paymentHash: HASH, ...(validUntilMs === undefined ? {} : { validUntilMs }) }
    expect(termsOf(macaroonFor(HASH, caveats))).toEqual(terms)
  })

  test('are read from any token without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const token = Buffer.concat([Buffer.from([2]), bytes]).toString('base64')
        expect(termsOf(token).paymentHash ?? HASH).toMatch(/^[0-9a-f]{64}$/)
      }),
    )
  })
})
