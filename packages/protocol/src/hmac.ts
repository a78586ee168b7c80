/** HMAC-SHA256 (RFC 2104), for messages of a few hundred bytes. */

import { concatBytes } from '@noble/hashes/utils.js'
import { DIGEST_BYTES, digestInto } from './digest.ts'

const BLOCK_BYTES = 64
const INNER = 0x36
const OUTER = 0x5c

// Both messages are put together here, the padded key first; nothing awaits in between, so no two calls meet.
const innerRoom = new Uint8Array(BLOCK_BYTES + 1024)
const outerRoom = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES)

/**
 * For many messages under one key.
 *
 * @param key - at most 64 bytes; longer ones would have to be hashed first
 * @returns a function that answers 32 bytes of their own
 * @throws RangeError for a longer key
 */
export function createHmac(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  padInPlace(key)
  const inner = innerRoom.slice(0, BLOCK_BYTES)
  const outer = outerRoom.slice(0, BLOCK_BYTES)
  return (message) => {
    innerRoom.set(inner)
    outerRoom.set(outer)
    return macInPlace(message)
  }
}

/**
 * For one message.
 *
 * @param key - at most 64 bytes; longer ones would have to be hashed first
 * @returns 32 bytes of their own
 * @throws RangeError for a longer key
 */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  padInPlace(key)
  return macInPlace(message)
}

/** Pads the key in the two ways that the construction asks for. */
function padInPlace(key: Uint8Array): void {
  const { length } = key
  if (length > BLOCK_BYTES) throw new RangeError(`a key has at most ${BLOCK_BYTES} bytes, not ${length}`)
  innerRoom.fill(INNER, length, BLOCK_BYTES)
  outerRoom.fill(OUTER, length, BLOCK_BYTES)
  for (let at = 0; at < length; at += 1) {
    const byte = key[at] ?? 0
    innerRoom[at] = byte ^ INNER
    outerRoom[at] = byte ^ OUTER
  }
}

/** Under the key that was padded last. */
function macInPlace(message: Uint8Array): Uint8Array {
  digestInto(innerMessage(message), outerRoom, BLOCK_BYTES)
  const mac = new Uint8Array(DIGEST_BYTES)
  digestInto(outerRoom, mac)
  return mac
}

function innerMessage(message: Uint8Array): Uint8Array {
  const length = BLOCK_BYTES + message.length
  if (length > innerRoom.length) return concatBytes(innerRoom.subarray(0, BLOCK_BYTES), message)
  innerRoom.set(message, BLOCK_BYTES)
  return innerRoom.subarray(0, length)
}
