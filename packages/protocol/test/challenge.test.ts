import { Buffer } from 'node:buffer'
import { describe, expect, test } from '@jest/globals'
import {
  CHALLENGE_LENGTH,
  CHALLENGE_PATTERN,
  encodeBase64url,
  encodeChallenge,
  homeShard,
  parseChallenge,
  sealChallenge,
  type Challenge,
} from '@turnpike/protocol'
import * as fc from 'fast-check'

const sequence = (from: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => from + i)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const CHALLENGE: Challenge = {
  keyId: 0xa7,
  callerBound: true,
  gateWide: false,
  count: 4,
  target: 0x0000ffff,
  expiresAtSeconds: 1_800_000_000,
  ttlSeconds: 300,
  revision: 0x0102,
  id: sequence(0x40, 16),
  resourceTag: sequence(0x60, 12),
  callerTag: sequence(0x80, 12),
}
const MAC = sequence(0xc0, 20)
const SIGNED_HEX = [
  '11', // version 1, SHA-256
  'a7', // key id
  '44', // caller-bound, 4 nonces
  '0000ffff', // target
  '6b49d200', // expires
  '012c', // time to live
  '0102', // revision
  '404142434445464748494a4b4c4d4e4f', // id
  '606162636465666768696a6b', // resource tag
  '808182838485868788898a8b', // caller tag
].join('')
const TEXT =
  'EadEAAD__2tJ0gABLAECQEFCQ0RFRkdISUpLTE1OT2BhYmNkZWZnaGlqa4CBgoOEhYaHiImKi8DBwsPExcbHyMnKy8zNzs_Q0dLT'

/** The golden challenge with one byte replaced. */
const withByte = (at: number, value: number): string => {
  const bytes = Uint8Array.from(Buffer.from(TEXT, 'base64url'))
  bytes[at] = value
  return encodeBase64url(bytes)
}

const anyChallenge: fc.Arbitrary<Challenge> = fc.record({
  keyId: fc.integer({ min: 0, max: 255 }),
  callerBound: fc.boolean(),
  gateWide: fc.boolean(),
  count: fc.integer({ min: 1, max: 16 }),
  target: fc.integer({ min: 0, max: 0xffffffff }),
  expiresAtSeconds: fc.integer({ min: 0, max: 0xffffffff }),
  ttlSeconds: fc.integer({ min: 0, max: 0xffff }),
  revision: fc.integer({ min: 0, max: 0xffff }),
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  resourceTag: fc.uint8Array({ minLength: 12, maxLength: 12 }),
  callerTag: fc.uint8Array({ minLength: 12, maxLength: 12 }),
})
const anyMac = fc.uint8Array({ minLength: 20, maxLength: 20 })

describe('challenge', () => {
  test.each([
    ['nothing', ''],
    ['99 characters', TEXT.slice(1)],
    ['101 characters', `${TEXT}A`],
    ['a foreign character', `${TEXT.slice(0, 50)}+${TEXT.slice(51)}`],
    ['padding', `${TEXT.slice(0, 99)}=`],
    ['version 0', withByte(0, 0x01)],
    ['version 2', withByte(0, 0x21)],
    ['another algorithm', withByte(0, 0x12)],
    ['the reserved flag', withByte(2, 0x80 | 4)],
    ['no nonce', withByte(2, 0x40)],
    ['17 nonces', withByte(2, 17)],
    ['31 nonces', withByte(2, 31)],
  ])('is refused with %s', (_, text) => {
    expect(parseChallenge(text)).toBeUndefined()
  })

  test.each<[string, Partial<Challenge>]>([
    ['a key id above 255', { keyId: 256 }],
    ['a negative key id', { keyId: -1 }],
    ['no nonce', { count: 0 }],
    ['17 nonces', { count: 17 }],
    ['a fractional count', { count: 1.5 }],
    ['a target above 32 bits', { target: 2 ** 32 }],
    ['an expiry in milliseconds', { expiresAtSeconds: 1_800_000_000_000 }],
    ['a fractional expiry', { expiresAtSeconds: 1_800_000_000.5 }],
    ['more than 18 hours to live', { ttlSeconds: 65_536 }],
    ['a revision above 65,535', { revision: 65_536 }],
    ['a short id', { id: new Uint8Array(15) }],
    ['a long resource tag', { resourceTag: new Uint8Array(32) }],
    ['no caller tag', { callerTag: new Uint8Array(0) }],
  ])('is not encoded with %s, as a cut field would be signed', (_, part) => {
    expect(() => encodeChallenge({ ...CHALLENGE, ...part })).toThrow(RangeError)
  })

  test('is not sealed with a MAC or a body of another length', () => {
    const signed = encodeChallenge(CHALLENGE)
    expect(() => sealChallenge(signed, new Uint8Array(32))).toThrow(RangeError)
    expect(() => sealChallenge(signed.subarray(1), MAC)).toThrow(RangeError)
  })

  test('has the bytes of the table in docs/protocol.md, and 100 characters', () => {
    const signed = encodeChallenge(CHALLENGE)
    expect(hex(signed)).toBe(SIGNED_HEX)
    expect(sealChallenge(signed, MAC)).toBe(TEXT)
    expect(TEXT).toHaveLength(CHALLENGE_LENGTH)
    expect(TEXT).toMatch(CHALLENGE_PATTERN)
  })

  test('is read from the golden text', () => {
    const sealed = parseChallenge(TEXT)!
    expect(sealed.challenge).toEqual(CHALLENGE)
    expect(hex(sealed.signed)).toBe(SIGNED_HEX)
    expect(sealed.mac).toEqual(MAC)
  })

  test.each([
    [{ callerBound: false, gateWide: false, count: 1 }, 0x01],
    [{ callerBound: true, gateWide: false, count: 1 }, 0x41],
    [{ callerBound: false, gateWide: true, count: 1 }, 0x21],
    [{ callerBound: true, gateWide: true, count: 16 }, 0x70],
  ])('packs %j into one byte', (part, byte) => {
    expect(encodeChallenge({ ...CHALLENGE, ...part })[2]).toBe(byte)
    expect(parseChallenge(withByte(2, byte))?.challenge).toMatchObject(part)
  })

  test('survives the round trip whatever it says', () => {
    fc.assert(
      fc.property(anyChallenge, anyMac, (challenge, mac) => {
        const signed = encodeChallenge(challenge)
        expect(parseChallenge(sealChallenge(signed, mac))).toEqual({ challenge, signed, mac })
      }),
    )
  })

  test('with any one character changed never has the same signed bytes and MAC', () => {
    const character = fc.oneof(
      fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    )
    fc.assert(
      fc.property(anyChallenge, anyMac, fc.nat(99), character, (challenge, mac, at, changed) => {
        const text = sealChallenge(encodeChallenge(challenge), mac)
        fc.pre(text[at] !== changed)
        const other = parseChallenge(text.slice(0, at) + changed + text.slice(at + 1))
        expect(other === undefined ? '' : hex(other.signed) + hex(other.mac)).not.toBe(
          hex(encodeChallenge(challenge)) + hex(mac),
        )
      }),
      { numRuns: 2000 },
    )
  })

  test('is parsed from any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 98, maxLength: 102 }), (text) => {
        expect(() => parseChallenge(text)).not.toThrow()
      }),
    )
  })

  test.each([
    [0, 0],
    [63, 63],
    [64, 0],
    [255, 63],
  ])('R9 with an id that begins with %d lives in shard %d', (first, shard) => {
    expect(homeShard(Uint8Array.of(first, 99))).toBe(shard)
  })
})
