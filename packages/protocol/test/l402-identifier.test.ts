import { describe, expect, test } from '@jest/globals'
import { encodeL402Identifier, type L402Identifier, parseL402Identifier } from '@turnpike/protocol'
import * as fc from 'fast-check'

const sample: L402Identifier = {
  paymentHash: new Uint8Array(32).fill(0xab),
  keyId: 0x1234,
  shard: 63,
  amountMsat: 10_000,
  uses: 100,
  issuedAtMs: 1_800_000_000_123,
  random: new Uint8Array(10).fill(0xcd),
}

describe('L402 identifier', () => {
  test.each([
    ['one byte short', (bytes: Uint8Array) => bytes.subarray(1)],
    ['one byte more', (bytes: Uint8Array) => Uint8Array.of(...bytes, 0)],
    ['another version', (bytes: Uint8Array) => bytes.with(1, 1)],
    ['an amount that no number holds', (bytes: Uint8Array) => bytes.with(38, 0xff)],
    ['hex text, as boltwall writes it', () => new TextEncoder().encode('00'.repeat(66))],
  ])('of %s is refused', (_, change) => {
    expect(parseL402Identifier(change(encodeL402Identifier(sample)))).toBeUndefined()
  })

  test.each<[string, Partial<L402Identifier>]>([
    ['a payment hash of 31 bytes', { paymentHash: new Uint8Array(31) }],
    ['a key id of three bytes', { keyId: 0x10000 }],
    ['no whole amount', { amountMsat: 0.5 }],
    ['a negative amount', { amountMsat: -1 }],
    ['more uses than fit', { uses: 2 ** 32 }],
    ['random bytes of the wrong length', { random: new Uint8Array(16) }],
  ])('is not made with %s', (_, change) => {
    expect(() => encodeL402Identifier({ ...sample, ...change })).toThrow(RangeError)
  })

  test('R23 has the terms of the sale where clients see a token id', () => {
    const hex = Buffer.from(encodeL402Identifier(sample)).toString('hex')
    expect(hex).toBe(
      `0000${'ab'.repeat(32)}1234003f000000000000271000000064${(1_800_000_000_123).toString(16).padStart(12, '0')}${'cd'.repeat(10)}`,
    )
  })

  test('is the same after encoding and parsing', () => {
    const whole = (max: number) => fc.integer({ min: 0, max })
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
    const identifiers = fc.record({
      paymentHash: bytes(32),
      keyId: whole(0xffff),
      shard: whole(63),
      amountMsat: fc.maxSafeNat(),
      uses: whole(2 ** 32 - 1),
      issuedAtMs: whole(2 ** 48 - 1),
      random: bytes(10),
    })
    fc.assert(
      fc.property(identifiers, (identifier) => {
        expect(parseL402Identifier(encodeL402Identifier(identifier))).toEqual(identifier)
      }),
    )
  })
})
