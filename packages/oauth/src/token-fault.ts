import type { IdentityFault, IdentityVerdict } from '@turnpike/core'
import type { ProblemCode } from '@turnpike/protocol'
import { LookupFailed } from './lookup.ts'

/** Says what is wrong with a token (RFC 6750 §3.1): a part of a sentence, which repeats nothing that was sent. */
export function badToken(code: ProblemCode, detail: string): IdentityFault {
  return { outcome: 'invalid', code, error: 'invalid_token', detail }
}

/** Says what is wrong with a proof of possession (RFC 9449 §7.1). */
export function badProof(detail: string): IdentityFault {
  return { outcome: 'invalid', code: 'bearer_wrong_proof', error: 'invalid_dpop_proof', detail }
}

/** Nobody can tell whether a token is good. */
export type Unavailable = Extract<IdentityVerdict, { readonly outcome: 'unavailable' }>

/** What could not be asked is no fault of the token. */
export function unavailable(issuer: string, error: unknown): Unavailable {
  const reason = error instanceof LookupFailed ? error.message : 'its answer is of no use'
  return { outcome: 'unavailable', detail: `${issuer} cannot be asked: ${reason}` }
}
