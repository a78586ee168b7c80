/**
 * HMAC-SHA256 (RFC 2104) where each result is the key of the next, as in a macaroon: with one pair of states for all of them
 * it costs half of what a new one for each would. Nothing here awaits, so the states are never shared.
 */

import { sha256 } from '@noble/hashes/sha2.js'

const BLOCK_BYTES = 64
const INNER = 0x36
const OUTER = 0x5c

const initial = sha256.create()
const state = sha256.create()
const block = new Uint8Array(BLOCK_BYTES)
// Noble makes a view of each whole block that it is given; of parts it makes none.
const blockStart = block.subarray(0, 1)
const blockRest = block.subarray(1)
const inner = new Uint8Array(state.outputLen)

/**
 * @param key - at most 64 bytes; longer ones would have to be hashed first
 * @returns 32 bytes of their own
 */
export function chainHmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const outer = new Uint8Array(state.outputLen)
  hashPadded(key, INNER, message, inner)
  hashPadded(key, OUTER, inner, outer)
  return outer
}

/** The digest of the padded key and the message. */
function hashPadded(key: Uint8Array, pad: number, message: Uint8Array, to: Uint8Array): void {
  block.fill(pad)
  for (let at = 0; at < key.length; at += 1) block[at] = (key[at] ?? 0) ^ pad
  // oxlint-disable-next-line no-underscore-dangle -- noble's name for cloning without a new state
  initial._cloneInto(state)
  state.update(blockStart).update(blockRest).update(message).digestInto(to)
}
