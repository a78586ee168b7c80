/** HMAC-SHA256 (RFC 2104), for messages of a few hundred bytes. */

import { DIGEST_BYTES, digestInto } from './digest.ts'

const BLOCK_BYTES = 64
const INNER = 0x36
const OUTER = 0x5c

// What is hashed is put together here; nothing awaits in between, so no two calls meet.
const roomy = new Uint8Array(BLOCK_BYTES + 1024)
const outerMessage = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES)

/** The key, padded in the two ways that the construction asks for. */
interface Pads {
  readonly inner: Uint8Array
  readonly outer: Uint8Array
}

/**
 * For many messages under one key.
 *
 * @param key - at most 64 bytes; longer ones would have to be hashed first
 * @returns a function that answers 32 bytes of their own
 */
export function createHmac(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  const pads = { inner: new Uint8Array(BLOCK_BYTES), outer: new Uint8Array(BLOCK_BYTES) }
  pad(key, pads)
  return (message) => macOf(pads, message)
}

const passing: Pads = { inner: new Uint8Array(BLOCK_BYTES), outer: new Uint8Array(BLOCK_BYTES) }

/**
 * For one message.
 *
 * @param key - at most 64 bytes; longer ones would have to be hashed first
 * @returns 32 bytes of their own
 */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  pad(key, passing)
  return macOf(passing, message)
}

function pad(key: Uint8Array, { inner, outer }: Pads): void {
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const byte = key[at] ?? 0
    inner[at] = byte ^ INNER
    outer[at] = byte ^ OUTER
  }
}

function macOf({ inner, outer }: Pads, message: Uint8Array): Uint8Array {
  const length = BLOCK_BYTES + message.length
  const innerMessage = length <= roomy.length ? roomy.subarray(0, length) : new Uint8Array(length)
  innerMessage.set(inner)
  innerMessage.set(message, BLOCK_BYTES)
  digestInto(innerMessage, outerMessage, BLOCK_BYTES)
  outerMessage.set(outer)
  const mac = new Uint8Array(DIGEST_BYTES)
  digestInto(outerMessage, mac)
  return mac
}
