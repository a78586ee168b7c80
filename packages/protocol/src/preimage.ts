/** The proof of a Lightning payment: the preimage, which its recipient gives for the money (BOLT 2). */

import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { DIGEST_BYTES, digestInto } from './digest.ts'

const PREIMAGE_PATTERN = /^[0-9a-f]{64}$/

/** Does this preimage prove the payment: is its SHA-256 the payment hash? Both are 64 lower-case hex digits. */
export function isPreimageOf(preimage: string, paymentHash: string): boolean {
  if (!PREIMAGE_PATTERN.test(preimage)) return false
  const hash = new Uint8Array(DIGEST_BYTES)
  digestInto(hexToBytes(preimage), hash)
  return bytesToHex(hash) === paymentHash
}
