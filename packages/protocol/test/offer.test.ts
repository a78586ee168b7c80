import { describe, expect, test } from '@jest/globals'
import { parseOffer, type LightningOffer } from '@turnpike/protocol'
import * as fc from 'fast-check'
import { anyPowOffer, POW } from './sample-offer.ts'

const LIGHTNING: LightningOffer = {
  rail: 'lightning',
  macaroon: 'AgEEbHNhdA+/==',
  invoice: 'lnbc100n1pabc',
  sats: 10,
  uses: 1,
  expiresAt: 1_800_000_000,
}

describe('offer', () => {
  test.each([undefined, null, 0, 'pow', [], {}, [POW], { ...POW, rail: 'card' }, { ...POW, rail: ['pow'] }])(
    'is refused: %j',
    (value) => {
      expect(parseOffer(value)).toBeUndefined()
    },
  )

  test.each<[string, object]>([
    ['no challenge', { challenge: undefined }],
    ['a challenge that is no text', { challenge: [POW.challenge] }],
    ['a long challenge', { challenge: `${POW.challenge}A` }],
    ['a numeric target', { target: 65_535 }],
    ['a target with capitals', { target: '0000FFFF' }],
    ['no nonce', { count: 0 }],
    ['17 nonces', { count: 17 }],
    ['a textual count', { count: '1' }],
    ['a fractional count', { count: 1.5 }],
    ['another algorithm', { algorithm: 'sha1' }],
    ['no algorithm', { algorithm: undefined }],
    ['a negative expiry', { expiresAt: -1 }],
    ['an endless expiry', { expiresAt: Number.POSITIVE_INFINITY }],
    ['no uses', { uses: 0 }],
    ['uses null', { uses: null }],
  ])('of work is refused with %s', (_, part) => {
    expect(parseOffer({ ...POW, ...part })).toBeUndefined()
  })

  test.each<[string, object]>([
    ['no macaroon', { macaroon: undefined }],
    ['a macaroon with a quote', { macaroon: 'AA"' }],
    ['a macaroon above 4,096 characters', { macaroon: 'A'.repeat(4097) }],
    ['an invoice that is none', { invoice: 'https://example.com' }],
    ['an invoice in mixed case', { invoice: 'lnbc100n1pABC' }],
    ['an invoice above 4,096 characters', { invoice: `ln${'a'.repeat(4095)}` }],
    ['no sats', { sats: 0 }],
    ['a fractional price', { sats: 0.5 }],
    ['a textual price', { sats: '10' }],
    ['no uses', { uses: 0 }],
    ['uses missing', { uses: undefined }],
    ['no expiry', { expiresAt: undefined }],
  ])('of Lightning is refused with %s', (_, part) => {
    expect(parseOffer({ ...LIGHTNING, ...part })).toBeUndefined()
  })

  test.each([POW, { ...POW, uses: 20 }, LIGHTNING, { ...LIGHTNING, invoice: 'LNBC100N1PABC' }])(
    'is read as it is: %j',
    (offer) => {
      expect(parseOffer(offer)).toEqual(offer)
    },
  )

  test('drops members it does not know', () => {
    expect(parseOffer({ ...LIGHTNING, note: 'x' })).toEqual(LIGHTNING)
  })

  test('says the work that its target asks for, whatever it claims', () => {
    const hostile = { ...POW, target: '00000000', difficulty: 1, expectedHashes: 16 }
    expect(parseOffer(hostile)).toMatchObject({ difficulty: 8, expectedHashes: 2 ** 32 })
  })

  test('survives JSON whatever it asks for', () => {
    fc.assert(
      fc.property(anyPowOffer, (offer) => {
        expect(parseOffer(JSON.parse(JSON.stringify(offer)))).toEqual(offer)
      }),
    )
  })

  test('is read from any JSON without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys({ ...POW, ...LIGHTNING })), (value, key) => {
        expect(() => parseOffer(value)).not.toThrow()
        expect(() => parseOffer({ ...POW, [key]: value })).not.toThrow()
        expect(() => parseOffer({ ...LIGHTNING, [key]: value })).not.toThrow()
      }),
    )
  })
})
