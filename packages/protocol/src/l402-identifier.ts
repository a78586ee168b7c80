/**
 * The identifier of our macaroons: the 66 bytes that every L402 client knows, `uint16 version 0 | payment hash 32 | token id
 * 32`, in whose token id, opaque to clients, stand the terms of the sale (R23). Numbers are big-endian.
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 2 | version 0 |
 * | 2 | 32 | payment hash |
 * | 34 | 2 | key id |
 * | 36 | 2 | home shard |
 * | 38 | 8 | amount in millisatoshis |
 * | 46 | 4 | uses |
 * | 50 | 6 | time of issue, milliseconds since 1970 |
 * | 56 | 10 | random |
 */

/** What an identifier says. Nothing in it can be believed before the macaroon's signature was compared. */
export interface L402Identifier {
  /** 32 bytes. */
  readonly paymentHash: Uint8Array
  /** Which of the gate's keys signed it, 0..65535 (R29). */
  readonly keyId: number
  /** Which shard of the store keeps its claims, 0..63 (R9). */
  readonly shard: number
  readonly amountMsat: number
  /** Calls that it admits, 1..2^32 - 1. */
  readonly uses: number
  /** Milliseconds since 1970. */
  readonly issuedAtMs: number
  /** 10 bytes. */
  readonly random: Uint8Array
}

/** Length of every identifier. */
export const L402_IDENTIFIER_BYTES = 66
/** Length of `random`. */
export const L402_RANDOM_BYTES = 10

const HASH_AT = 2
const HASH_BYTES = 32
const RANDOM_AT = 56

/** @throws RangeError when a field does not fit: cut silently, a signed promise would differ from the one meant */
export function encodeL402Identifier(identifier: L402Identifier): Uint8Array {
  const { paymentHash, keyId, shard, amountMsat, uses, issuedAtMs, random } = identifier
  const bytes = new Uint8Array(L402_IDENTIFIER_BYTES)
  putBytes(bytes, HASH_AT, paymentHash, HASH_BYTES)
  putNumber(bytes, 34, keyId, 2)
  putNumber(bytes, 36, shard, 2)
  putNumber(bytes, 38, amountMsat, 8)
  putNumber(bytes, 46, uses, 4)
  putNumber(bytes, 50, issuedAtMs, 6)
  putBytes(bytes, RANDOM_AT, random, L402_RANDOM_BYTES)
  return bytes
}

/**
 * Reads an identifier without believing it. Never throws.
 *
 * @returns undefined for another length or version, and for an amount beyond 2^53. The byte arrays share the buffer.
 */
export function parseL402Identifier(bytes: Uint8Array): L402Identifier | undefined {
  if (bytes.length !== L402_IDENTIFIER_BYTES || numberAt(bytes, 0, 2) !== 0) return undefined
  const amountMsat = numberAt(bytes, 38, 8)
  if (!Number.isSafeInteger(amountMsat)) return undefined
  return {
    paymentHash: bytes.subarray(HASH_AT, HASH_AT + HASH_BYTES),
    keyId: numberAt(bytes, 34, 2),
    shard: numberAt(bytes, 36, 2),
    amountMsat,
    uses: numberAt(bytes, 46, 4),
    issuedAtMs: numberAt(bytes, 50, 6),
    random: bytes.subarray(RANDOM_AT),
  }
}

function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let index = at; index < at + length; index += 1) value = value * 256 + (bytes[index] ?? 0)
  return value
}

function putNumber(bytes: Uint8Array, at: number, value: number, length: number): void {
  let rest = value
  for (let index = at + length - 1; index >= at; index -= 1) {
    const upper = Math.floor(rest / 256)
    bytes[index] = rest - upper * 256
    rest = upper
  }
  if (rest === 0 && Number.isSafeInteger(value)) return
  throw new RangeError(`a number of ${length} bytes is a whole one from 0, not ${value}`)
}

function putBytes(bytes: Uint8Array, at: number, value: Uint8Array, length: number): void {
  if (value.length !== length) throw new RangeError(`takes ${length} bytes, not ${value.length}`)
  bytes.set(value, at)
}
