import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import {
  attenuateMacaroon,
  decodeBase64,
  decodeMacaroon,
  encodeBase64,
  encodeMacaroon,
  isSignedBy,
  type Macaroon,
  MAX_CAVEATS,
  MAX_MACAROON_BYTES,
  signMacaroon,
} from '@turnpike/protocol'
import * as fc from 'fast-check'

interface GoodVector {
  readonly name: string
  readonly rootKeyHex: string
  readonly identifierHex: string
  readonly location: string
  readonly caveats: readonly string[] | null
  readonly v2BinaryHex: string
  readonly base64Std: string
  readonly signatureHex: string
}

interface BadVector {
  readonly name: string
  readonly rootKeyHex: string
  readonly v2BinaryHex: string
}

/** Made with gopkg.in/macaroon.v2, which Aperture uses; verified by pymacaroons and libmacaroons too. */
const GOOD: readonly GoodVector[] = readVectors('macaroon-v2.json')
const BAD: readonly BadVector[] = readVectors('macaroon-v2-negative.json')

const SIGNATURE = new Uint8Array(32).fill(7)
const plain: Macaroon = {
  location: undefined,
  identifier: Uint8Array.of(1, 2, 3),
  caveats: [bytesOf('a=b')],
  signature: SIGNATURE,
}

describe('macaroon', () => {
  test.each(BAD)('of a vector that nobody should accept is refused: $name', ({ rootKeyHex, v2BinaryHex }) => {
    const macaroon = decodeMacaroon(fromHex(v2BinaryHex))
    expect(macaroon === undefined || !isSignedBy(macaroon, fromHex(rootKeyHex))).toBe(true)
  })

  test.each([
    ['nothing', ''],
    ['the version alone', '02'],
    ['another version', '01 0201aa 00 00 0620' + '00'.repeat(32)],
    ['JSON', Buffer.from('{"v":2}').toString('hex')],
    ['no identifier', '02 0101aa 00 00 0620' + '00'.repeat(32)],
    ['identifier before location', '02 0201aa 0101aa 00 00 0620' + '00'.repeat(32)],
    ['two identifiers', '02 0201aa 0201aa 00 00 0620' + '00'.repeat(32)],
    ['a location that is not UTF-8', '02 0101ff 0201aa 00 00 0620' + '00'.repeat(32)],
    ['a length spelt with a needless byte', '02 028100aa 00 00 0620' + '00'.repeat(32)],
    ['a length of three bytes', '02 02818001aa 00 00 0620' + '00'.repeat(32)],
    ['a length beyond the end', '02 027faa'],
    ['a length without its second byte', '02 0281'],
    ['no end of the header', '02 0201aa 0620' + '00'.repeat(32)],
    ['no end of the caveats', '02 0201aa 00 0620' + '00'.repeat(32)],
    ['a caveat without an end', '02 0201aa 00 0201bb 0620' + '00'.repeat(32)],
    ['a caveat with a location', '02 0201aa 00 0101cc0201bb00 00 0620' + '00'.repeat(32)],
    ['a third-party caveat', '02 0201aa 00 0201bb0401cc00 00 0620' + '00'.repeat(32)],
    ['a signature of 31 bytes', '02 0201aa 00 00 061f' + '00'.repeat(31)],
    ['a signature of another type', '02 0201aa 00 00 0520' + '00'.repeat(32)],
    ['anything after the signature', '02 0201aa 00 00 0620' + '00'.repeat(33)],
  ])('with %s is refused', (_, hex) => {
    expect(decodeMacaroon(fromHex(hex.replaceAll(' ', '')))).toBeUndefined()
  })

  test('of more bytes or more caveats than a request may cost is refused', () => {
    const caveats = (count: number) => ({
      ...plain,
      caveats: Array.from({ length: count }, () => bytesOf('a=b')),
    })
    expect(decodeMacaroon(encodeMacaroon(caveats(MAX_CAVEATS)))).toEqual(caveats(MAX_CAVEATS))
    expect(decodeMacaroon(encodeMacaroon(caveats(MAX_CAVEATS + 1)))).toBeUndefined()
    const ofLength = (length: number) => {
      const bare = encodeMacaroon({ ...plain, caveats: [new Uint8Array(3000)] }).length
      return encodeMacaroon({ ...plain, caveats: [new Uint8Array(3000 + length - bare)] })
    }
    expect(ofLength(MAX_MACAROON_BYTES)).toHaveLength(MAX_MACAROON_BYTES)
    expect(decodeMacaroon(ofLength(MAX_MACAROON_BYTES))).toBeDefined()
    expect(decodeMacaroon(ofLength(MAX_MACAROON_BYTES + 1))).toBeUndefined()
    expect(() => encodeMacaroon({ ...plain, identifier: new Uint8Array(0x4000) })).toThrow(RangeError)
  })

  test.each(GOOD)('agrees with the Go library, both ways: $name', (vector) => {
    const rootKey = fromHex(vector.rootKeyHex)
    const identifier = fromHex(vector.identifierHex)
    const caveats = (vector.caveats ?? []).map(bytesOf)
    const signature = signMacaroon(rootKey, identifier, caveats)
    const location = vector.location === '' ? undefined : vector.location
    const made: Macaroon = { location, identifier, caveats, signature }
    expect(toHex(signature)).toBe(vector.signatureHex)
    expect(toHex(encodeMacaroon(made))).toBe(vector.v2BinaryHex)
    expect(encodeBase64(encodeMacaroon(made))).toBe(vector.base64Std)
    const read = decodeMacaroon(decodeBase64(vector.base64Std) ?? new Uint8Array())
    expect(read).toEqual(made)
    expect(isSignedBy(made, rootKey)).toBe(true)
    expect(isSignedBy(made, Uint8Array.of(...rootKey, 1))).toBe(false)
  })

  test('of pymacaroons, which writes an empty location, is read', () => {
    const read = decodeMacaroon(fromHex('0201000201aa00000620' + '00'.repeat(32)))
    expect(read).toMatchObject({ location: '', identifier: Uint8Array.of(0xaa), caveats: [] })
  })

  test('takes further caveats from its holder, and none of them off again', () => {
    const rootKey = bytesOf('root key')
    const identifier = bytesOf('id')
    const minted: Macaroon = {
      ...plain,
      identifier,
      caveats: [],
      signature: signMacaroon(rootKey, identifier, []),
    }
    const narrowed = attenuateMacaroon(minted, bytesOf('a=1'))
    expect(isSignedBy(narrowed, rootKey)).toBe(true)
    expect(isSignedBy({ ...narrowed, caveats: [] }, rootKey)).toBe(false)
    expect(isSignedBy({ ...narrowed, caveats: [bytesOf('a=2')] }, rootKey)).toBe(false)
  })

  test('is the same after encoding and decoding, whatever is in it', () => {
    const field = fc.uint8Array({ maxLength: 200 })
    const macaroons = fc.record({
      location: fc.option(fc.string({ maxLength: 30, unit: 'grapheme' }), { nil: undefined }),
      identifier: field,
      caveats: fc.array(field, { maxLength: 8 }),
      signature: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    })
    fc.assert(
      fc.property(macaroons, (macaroon) => {
        expect(decodeMacaroon(encodeMacaroon(macaroon))).toEqual(macaroon)
      }),
    )
  })
})

describe('a mutated macaroon', () => {
  const MUTATIONS = 120_000

  test(`has its one spelling and no valid signature, ${MUTATIONS} times`, () => {
    const random = numbers(2024)
    const seeds = GOOD.map(({ v2BinaryHex, rootKeyHex, signatureHex, identifierHex }) => ({
      bytes: fromHex(v2BinaryHex),
      rootKey: fromHex(rootKeyHex),
      signed: identifierHex + signatureHex,
    }))
    let decoded = 0
    for (let round = 0; round < MUTATIONS; round += 1) {
      const seed = seeds[round % seeds.length]
      if (seed === undefined) throw new Error('no vectors')
      const mutant = mutate(seed.bytes, random)
      const macaroon = decodeMacaroon(mutant)
      if (macaroon === undefined) continue
      decoded += 1
      if (Buffer.compare(encodeMacaroon(macaroon), mutant) !== 0)
        throw new Error(`two spellings: ${toHex(mutant)}`)
      // Only the location is not signed.
      const isUntouched = toHex(macaroon.identifier) + toHex(macaroon.signature) === seed.signed
      if (isSignedBy(macaroon, seed.rootKey) && !isUntouched) throw new Error(`accepted: ${toHex(mutant)}`)
      if (isUntouched && !isSignedBy(macaroon, seed.rootKey) && sameCaveats(macaroon, seed.bytes)) {
        throw new Error(`refused: ${toHex(mutant)}`)
      }
      if (isUntouched && isSignedBy(macaroon, seed.rootKey) && !sameCaveats(macaroon, seed.bytes)) {
        throw new Error(`accepted with other caveats: ${toHex(mutant)}`)
      }
    }
    expect(decoded).toBeGreaterThan(MUTATIONS / 5)
  })
})

function sameCaveats({ caveats }: Macaroon, bytes: Uint8Array): boolean {
  const before = decodeMacaroon(bytes)?.caveats ?? []
  return (
    caveats.length === before.length && caveats.every((one, at) => toHex(one) === toHex(before[at] ?? one))
  )
}

/** One to three changes: a bit, a byte, one more, one less, the end cut off, a piece twice. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  let mutant = [...bytes]
  for (let change = 0; change <= random() % 3; change += 1) {
    const at = random() % mutant.length
    const kind = random() % 7
    if (kind < 2) mutant[at] = (mutant[at] ?? 0) ^ (1 << (random() % 8))
    else if (kind === 2) mutant[at] = random() % 256
    else if (kind === 3) mutant.splice(at, 0, random() % 256)
    else if (kind === 4) mutant.splice(at, 1)
    else if (kind === 5) mutant = mutant.slice(0, at + 1)
    else mutant.splice(at, 0, ...mutant.slice(at, at + (random() % 8)))
  }
  return Uint8Array.from(mutant)
}

/** The same numbers in each run (xorshift). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

function readVectors<T>(name: string): readonly T[] {
  const vectors: readonly T[] = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', name), 'utf8'))
  return vectors
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
