/**
 * Macaroons in the binary form of version 2, as gopkg.in/macaroon.v2 and libmacaroons write it, with first-party caveats
 * alone. One macaroon has one spelling: whatever decodes is encoded to the same bytes again.
 *
 * `02 | [01 location] | 02 identifier | 00 | { 02 caveat | 00 }* | 00 | 06 signature`, each field being its type, its length
 * (LEB128) and its bytes. @see https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt
 *
 * The document macaroon-spec.md of the L402 repository describes another layout and another key schedule, which no
 * implementation speaks.
 */

import { utf8ToBytes } from '@noble/hashes/utils.js'
import { createHmac, hmac } from './hmac.ts'
import { createFieldReader, fieldBytes, type FieldReader, putField } from './macaroon-field.ts'

/** A macaroon, nothing of it believed. */
export interface Macaroon {
  /** A hint for people, not signed. Undefined where the field is missing, which is not the same as empty. */
  readonly location: string | undefined
  readonly identifier: Uint8Array
  /** In the order in which they were added. */
  readonly caveats: readonly Uint8Array[]
  /** 32 bytes. */
  readonly signature: Uint8Array
}

/** Longest macaroon that is read, in bytes. */
export const MAX_MACAROON_BYTES = 4096
/** Most caveats that are read. */
export const MAX_CAVEATS = 32

const VERSION = 2
const LOCATION = 1
const IDENTIFIER = 2
const SIGNATURE = 6
const SIGNATURE_BYTES = 32

/** Every macaroon library derives the first key like this, whatever the root key is. */
const keyOf = createHmac(utf8ToBytes('macaroons-key-generator'))
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The signature of a macaroon: `k = HMAC(generator, rootKey); s0 = HMAC(k, identifier); s(i) = HMAC(s(i-1), caveat)`, all with
 * SHA-256 (Birgisson et al., Macaroons, 2014, §3).
 *
 * @returns 32 bytes
 */
export function signMacaroon(
  rootKey: Uint8Array,
  identifier: Uint8Array,
  caveats: readonly Uint8Array[],
): Uint8Array {
  let signature = hmac(keyOf(rootKey), identifier)
  for (const caveat of caveats) signature = hmac(signature, caveat)
  return signature
}

/** Adds a caveat, which anybody who has the macaroon may do. */
export function attenuateMacaroon(macaroon: Macaroon, caveat: Uint8Array): Macaroon {
  return {
    ...macaroon,
    caveats: [...macaroon.caveats, caveat],
    signature: hmac(macaroon.signature, caveat),
  }
}

/** Was it made with this root key? In constant time. Says nothing about the caveats. */
export function isSignedBy(macaroon: Macaroon, rootKey: Uint8Array): boolean {
  const expected = signMacaroon(rootKey, macaroon.identifier, macaroon.caveats)
  let difference = expected.length ^ macaroon.signature.length
  for (let at = 0; at < expected.length; at += 1) {
    difference |= (expected[at] ?? 0) ^ (macaroon.signature[at] ?? 0)
  }
  return difference === 0
}

/** @returns the bytes of a macaroon. @throws RangeError for a field of more than 16,383 bytes */
export function encodeMacaroon({ location, identifier, caveats, signature }: Macaroon): Uint8Array {
  const place = location === undefined ? undefined : utf8ToBytes(location)
  const fields = [identifier, ...caveats]
  // Besides the fields: the version, and a zero byte after each of them and before the signature.
  let length = 2 + fields.length + fieldBytes(signature) + (place === undefined ? 0 : fieldBytes(place))
  for (const field of fields) length += fieldBytes(field)
  const bytes = new Uint8Array(length)
  bytes[0] = VERSION
  let at = place === undefined ? 1 : putField(bytes, 1, LOCATION, place)
  for (const field of fields) at = putField(bytes, at, IDENTIFIER, field) + 1
  putField(bytes, at + 1, SIGNATURE, signature)
  return bytes
}

/**
 * Reads a macaroon without believing it. Never throws.
 *
 * @returns undefined for other versions, third-party caveats, fields out of order, lengths spelt with needless bytes,
 * anything after the signature, more than 4096 bytes and more than 32 caveats. The byte arrays share one buffer.
 */
export function decodeMacaroon(bytes: Uint8Array): Macaroon | undefined {
  if (bytes.length > MAX_MACAROON_BYTES || bytes[0] !== VERSION) return undefined
  const reader = createFieldReader(bytes, 1)
  const place = reader.take(LOCATION)
  const identifier = reader.take(IDENTIFIER)
  if (identifier === undefined || !reader.takeEnd()) return undefined
  const caveats = takeCaveats(reader)
  if (caveats === undefined || !reader.takeEnd()) return undefined
  const signature = reader.take(SIGNATURE)
  if (signature?.length !== SIGNATURE_BYTES || !reader.isAtEnd()) return undefined
  const location = place && textOf(place)
  if (place !== undefined && location === undefined) return undefined
  return { location, identifier, caveats, signature }
}

function takeCaveats(reader: FieldReader): readonly Uint8Array[] | undefined {
  const caveats: Uint8Array[] = []
  for (;;) {
    const caveat = reader.take(IDENTIFIER)
    if (caveat === undefined) return caveats
    if (!reader.takeEnd() || caveats.length === MAX_CAVEATS) return undefined
    caveats.push(caveat)
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
