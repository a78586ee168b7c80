/**
 * The proof-of-work challenge: 75 bytes of fixed width, as exactly 100 base64url characters. No field has a delimiter
 * and no bit is spare, so nothing can be spliced and each challenge has one spelling.
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 1 | version 1 (high nibble), algorithm 1 = SHA-256 (low nibble) |
 * | 1 | 1 | key id |
 * | 2 | 1 | 0x80 reserved, 0x40 caller-bound, 0x20 gate-wide, low 5 bits count of nonces |
 * | 3 | 4 | target |
 * | 7 | 4 | expires, unix seconds |
 * | 11 | 2 | time to live, seconds |
 * | 13 | 2 | policy revision |
 * | 15 | 16 | id |
 * | 31 | 12 | resource tag |
 * | 43 | 12 | caller tag |
 * | 55 | 20 | HMAC-SHA256 of the 55 bytes before, truncated |
 */

import { decodeBase64url, encodeBase64url } from './base64url.ts'

/** Length of every challenge text, in characters. */
export const CHALLENGE_LENGTH = 100
/** Length of the part that the MAC covers, in bytes. */
export const CHALLENGE_SIGNED_BYTES = 55
/** Length of the truncated MAC, in bytes. */
export const CHALLENGE_MAC_BYTES = 20
/** Length of `id`, in bytes. */
export const CHALLENGE_ID_BYTES = 16
/** Length of `resourceTag` and `callerTag`, in bytes. */
export const CHALLENGE_TAG_BYTES = 12
/** Most nonces that one challenge may ask for. */
export const MAX_NONCES = 16
/** What every challenge looks like; says nothing about its MAC. */
export const CHALLENGE_PATTERN = /^[A-Za-z0-9_-]{100}$/

const VERSION_AND_ALGORITHM = 0x11
const RESERVED = 0x80
const CALLER_BOUND = 0x40
const GATE_WIDE = 0x20
const COUNT = 0x1f

const ID_AT = 15
const RESOURCE_TAG_AT = ID_AT + CHALLENGE_ID_BYTES
const CALLER_TAG_AT = RESOURCE_TAG_AT + CHALLENGE_TAG_BYTES

/** What a challenge says. Nothing in it can be believed before its MAC was compared. */
export interface Challenge {
  /** Which of the gate's keys signed it, 0..255 (R29). */
  readonly keyId: number
  /** Only the caller named by `callerTag` may redeem it (R19). */
  readonly callerBound: boolean
  /** Not for one resource, but for any route of the gate that asks for work (R20). */
  readonly gateWide: boolean
  /** How many nonces a solution has, 1..16. */
  readonly count: number
  /** Most that the first 32 bits of each nonce's digest may be. */
  readonly target: number
  /** Unix time. */
  readonly expiresAtSeconds: number
  /** Issued at `expiresAtSeconds - ttlSeconds`; 0..65535. */
  readonly ttlSeconds: number
  /** Which version of the policy issued it, 0..65535; information only. */
  readonly revision: number
  /** 16 bytes: the replay key. Its first byte names the home shard (R9). */
  readonly id: Uint8Array
  /** 12 bytes: keyed digest of the resource. */
  readonly resourceTag: Uint8Array
  /** 12 bytes: keyed digest of the caller. */
  readonly callerTag: Uint8Array
}

/** A challenge as it came in: what it says, and what the MAC has to be checked over. */
export interface SealedChallenge {
  readonly challenge: Challenge
  /** The 55 bytes that the MAC covers. */
  readonly signed: Uint8Array
  /** The 20 bytes that claim to be their MAC. */
  readonly mac: Uint8Array
}

/**
 * @returns the 55 bytes to sign
 * @throws RangeError when a field does not fit: cut silently, a signed promise would differ from the one meant
 */
export function encodeChallenge(challenge: Challenge): Uint8Array {
  checkChallenge(challenge)
  const signed = new Uint8Array(CHALLENGE_SIGNED_BYTES)
  const view = new DataView(signed.buffer)
  signed[0] = VERSION_AND_ALGORITHM
  signed[1] = challenge.keyId
  signed[2] =
    (challenge.callerBound ? CALLER_BOUND : 0) | (challenge.gateWide ? GATE_WIDE : 0) | challenge.count
  view.setUint32(3, challenge.target)
  view.setUint32(7, challenge.expiresAtSeconds)
  view.setUint16(11, challenge.ttlSeconds)
  view.setUint16(13, challenge.revision)
  signed.set(challenge.id, ID_AT)
  signed.set(challenge.resourceTag, RESOURCE_TAG_AT)
  signed.set(challenge.callerTag, CALLER_TAG_AT)
  return signed
}

/**
 * Joins the 55 signed bytes and their 20-byte MAC.
 *
 * @returns the 100 characters to send
 * @throws RangeError for other lengths
 */
export function sealChallenge(signed: Uint8Array, mac: Uint8Array): string {
  checkLength('signed', signed, CHALLENGE_SIGNED_BYTES)
  checkLength('mac', mac, CHALLENGE_MAC_BYTES)
  const bytes = new Uint8Array(CHALLENGE_SIGNED_BYTES + CHALLENGE_MAC_BYTES)
  bytes.set(signed)
  bytes.set(mac, CHALLENGE_SIGNED_BYTES)
  return encodeBase64url(bytes)
}

/**
 * Reads a challenge without believing it: the MAC is returned, not checked. Never throws.
 *
 * @returns undefined for anything but 100 canonical characters of version 1, SHA-256, 1..16 nonces, reserved bit 0.
 * The byte arrays of the result share one buffer.
 */
export function parseChallenge(text: string): SealedChallenge | undefined {
  if (text.length !== CHALLENGE_LENGTH) return undefined
  const bytes = decodeBase64url(text)
  if (bytes === undefined || bytes[0] !== VERSION_AND_ALGORITHM) return undefined
  const flags = bytes[2] ?? RESERVED
  const count = flags & COUNT
  if ((flags & RESERVED) !== 0 || count < 1 || count > MAX_NONCES) return undefined
  const challenge: Challenge = {
    keyId: bytes[1] ?? 0,
    callerBound: (flags & CALLER_BOUND) !== 0,
    gateWide: (flags & GATE_WIDE) !== 0,
    count,
    target: uint16At(bytes, 3) * 0x10000 + uint16At(bytes, 5),
    expiresAtSeconds: uint16At(bytes, 7) * 0x10000 + uint16At(bytes, 9),
    ttlSeconds: uint16At(bytes, 11),
    revision: uint16At(bytes, 13),
    id: bytes.subarray(ID_AT, RESOURCE_TAG_AT),
    resourceTag: bytes.subarray(RESOURCE_TAG_AT, CALLER_TAG_AT),
    callerTag: bytes.subarray(CALLER_TAG_AT, CHALLENGE_SIGNED_BYTES),
  }
  return {
    challenge,
    signed: bytes.subarray(0, CHALLENGE_SIGNED_BYTES),
    mac: bytes.subarray(CHALLENGE_SIGNED_BYTES),
  }
}

/** @returns the shard, 0..63, that keeps the claims of a challenge (R9). */
export function homeShard(id: Uint8Array): number {
  return (id[0] ?? 0) % 64
}

const uint16At = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

function checkChallenge(challenge: Challenge): void {
  checkInteger('keyId', challenge.keyId, 0, 0xff)
  checkInteger('count', challenge.count, 1, MAX_NONCES)
  checkInteger('target', challenge.target, 0, 0xffffffff)
  checkInteger('expiresAtSeconds', challenge.expiresAtSeconds, 0, 0xffffffff)
  checkInteger('ttlSeconds', challenge.ttlSeconds, 0, 0xffff)
  checkInteger('revision', challenge.revision, 0, 0xffff)
  checkLength('id', challenge.id, CHALLENGE_ID_BYTES)
  checkLength('resourceTag', challenge.resourceTag, CHALLENGE_TAG_BYTES)
  checkLength('callerTag', challenge.callerTag, CHALLENGE_TAG_BYTES)
}

function checkInteger(field: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${field} must be a whole number from ${least} to ${most}, not ${value}`)
}

function checkLength(field: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${field} must have ${length} bytes, not ${bytes.length}`)
}
