import { bytesToHex } from '@noble/hashes/utils.js'
import { randomBytes } from './random.ts'

/** @returns a fresh name for one claim of a credential, 16 hex digits: it is only told from the other claims of that credential. */
export function newClaimId(): string {
  return bytesToHex(randomBytes(8))
}
