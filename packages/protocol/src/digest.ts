/**
 * SHA-256 (FIPS 180-4) of short messages. Where the runtime has a function of its own that answers at once (Node, and what
 * follows it), a digest takes a third of the time that @noble/hashes needs; the results are the same.
 */

import { sha256 } from '@noble/hashes/sha2.js'

/** Writes the 32 bytes of the SHA-256 of a message, bytes or a text in UTF-8, to `to`, from index `at` on (default 0). */
export type DigestInto = (message: Uint8Array | string, to: Uint8Array, at?: number) => void

/** Length of a digest, in bytes. */
export const DIGEST_BYTES = 32

const encoder = new TextEncoder()
// One state for all calls; nothing here awaits, so it is never shared.
const initial = sha256.create()
const state = sha256.create()

/** Runs anywhere. */
export const portableDigest: DigestInto = (message, to, at = 0) => {
  // oxlint-disable-next-line no-underscore-dangle -- noble's name for cloning without a new state
  initial._cloneInto(state)
  state.update(typeof message === 'string' ? encoder.encode(message) : message)
  state.digestInto(to.subarray(at, at + DIGEST_BYTES))
}

/** The runtime's own; undefined where there is none, as in browsers. */
export function runtimeDigest(): DigestInto | undefined {
  const hash = globalThis.process?.getBuiltinModule?.('node:crypto')?.hash
  if (hash === undefined) return undefined
  return (message, to, at = 0) => {
    // As a text of one character per byte: making a buffer for it would take twice as long as the digest.
    const digest = hash('sha256', message, 'binary')
    for (let index = 0; index < DIGEST_BYTES; index += 1) to[at + index] = digest.charCodeAt(index)
  }
}

/** The fastest that there is here. */
export const digestInto: DigestInto = runtimeDigest() ?? portableDigest
