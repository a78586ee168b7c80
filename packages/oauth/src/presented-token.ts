import type { IdentityFault, RequestView } from '@turnpike/core'
import { parseAuthorization } from '@turnpike/protocol'
import { badProof, badToken } from './token-fault.ts'

/** A token as a request shows it, its form checked and nothing else. */
export interface PresentedToken {
  readonly scheme: 'bearer' | 'dpop'
  readonly text: string
}

/** Longest token that is looked at, in characters; those of large issuers have some 3,000. */
const LONGEST_TOKEN = 8192
const LONGEST_PROOF = 4096
/** RFC 6750 §2.1. */
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/
/** Three parts, of which the last may be empty: a token without a signature is read, and refused for that. */
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]*$/

/**
 * Reads `Authorization: Bearer ...` or `DPoP ...`; credentials of other schemes may stand beside it. Never the query, nor the
 * body (RFC 6750 §5.3, RFC 9700 §2.6).
 */
export function readToken(view: RequestView): PresentedToken | IdentityFault | undefined {
  const authorization = view.header('authorization')
  if (authorization === undefined) return undefined
  const [only, ...more] = parseAuthorization(authorization).flatMap(({ scheme, credentials }) =>
    scheme === 'bearer' || scheme === 'dpop' ? [{ scheme, text: credentials } as const] : [],
  )
  if (only === undefined) return undefined
  if (more.length > 0) return malformed('the request shows more than one')
  if (only.text.length > LONGEST_TOKEN) return malformed(`it has more than ${LONGEST_TOKEN} characters`)
  return B64TOKEN.test(only.text) ? only : malformed('it has characters that no token has')
}

/** Reads the `DPoP` header: exactly one proof (RFC 9449 §4.3). */
export function readProof(view: RequestView): string | IdentityFault {
  const proof = view.header('dpop')
  if (proof === undefined) return badProof('the request has none')
  return proof.length <= LONGEST_PROOF && COMPACT_JWS.test(proof)
    ? proof
    : badProof('the header DPoP has not exactly one')
}

/** Says whether a token may be a JWT; all others are opaque. */
export function isCompactJws(text: string): boolean {
  return COMPACT_JWS.test(text)
}

function malformed(reason: string): IdentityFault {
  return badToken('bearer_malformed', reason)
}
