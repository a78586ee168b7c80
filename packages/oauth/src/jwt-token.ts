import type { IdentityFault } from '@turnpike/core'
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose'
import type { IssuerKeys } from './issuer-keys.ts'
import { type IssuerOptions, TOKEN_ALGORITHMS } from './issuer-options.ts'
import { hasTypeOf, PROFILES } from './profile.ts'
import { badToken } from './token-fault.ts'

/** Callers are named by them; all that one without a name has would be everybody's. */
const TEXT_CLAIMS = ['sub', 'client_id', 'jti'] as const

/** What is demanded of a token of any issuer. */
export interface TokenDemands {
  readonly audience: readonly string[]
  readonly clockToleranceSeconds: number
  readonly now: () => number
}

/** Claims that hold, or why they do not. */
export type ClaimsVerdict = { readonly outcome: 'claims'; readonly claims: JWTPayload } | IdentityFault

/** What a token says of itself before anybody has verified it: enough to know whom to ask. */
export interface JwtClaim {
  readonly header: ProtectedHeaderParameters
  readonly issuer: unknown
}

/** @returns undefined for a text that is no JWT. */
export function readJwt(text: string): JwtClaim | undefined {
  try {
    return { header: decodeProtectedHeader(text), issuer: decodeJwt(text).iss }
  } catch {
    return undefined
  }
}

/**
 * Verifies a JWT access token (RFC 9068 §4, RFC 8725). What can be refused without the issuer's keys is, so that nobody makes
 * us fetch them for nothing.
 *
 * @throws LookupFailed when the keys cannot be had
 */
export async function verifyJwt(
  text: string,
  { header }: JwtClaim,
  { options, keys }: { readonly options: IssuerOptions; readonly keys: IssuerKeys },
  demands: TokenDemands,
): Promise<ClaimsVerdict> {
  const { issuer, profile = 'rfc9068', algorithms = TOKEN_ALGORITHMS, requiredClaims = [] } = options
  const rules = PROFILES[profile]
  if (!hasTypeOf(rules, header.typ)) return wrongKind('its type (typ) is another one')
  if (typeof header.alg !== 'string' || !algorithms.includes(header.alg)) {
    return forged('its algorithm (alg) is not allowed')
  }
  try {
    const { payload } = await jwtVerify(text, keys, {
      issuer,
      audience: [...demands.audience],
      algorithms: [...algorithms],
      requiredClaims: [...rules.requiredClaims, ...requiredClaims],
      clockTolerance: demands.clockToleranceSeconds,
      currentDate: new Date(demands.now()),
    })
    const odd = TEXT_CLAIMS.find((claim) => payload[claim] !== undefined && !isName(payload[claim]))
    return odd === undefined
      ? { outcome: 'claims', claims: payload }
      : wrongKind(`its claim '${odd}' is no text, or an empty one`)
  } catch (error) {
    return faultOf(error)
  }
}

/** Can a caller, a client or a token be called so? */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** @throws what is not the token's fault */
function faultOf(error: unknown): IdentityFault {
  if (error instanceof errors.JWTExpired) return expired('it has expired')
  if (error instanceof errors.JWTClaimValidationFailed) return faultOfClaim(error)
  if (error instanceof errors.JWKSNoMatchingKey) return forged('its issuer has no such key')
  if (error instanceof errors.JWKSMultipleMatchingKeys) return forged('it does not say which key signed it')
  if (error instanceof errors.JWSSignatureVerificationFailed) return forged('its signature is wrong')
  if (CODES_OF_MALFORMED.some((code) => error instanceof errors.JOSEError && error.code === code)) {
    return badToken('bearer_malformed', 'it is not a JWT as RFC 7519 has it')
  }
  throw error
}

const CODES_OF_MALFORMED = ['ERR_JWS_INVALID', 'ERR_JWT_INVALID', 'ERR_JOSE_NOT_SUPPORTED']

function faultOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): IdentityFault {
  if (reason === 'missing' || reason === 'invalid')
    return wrongKind(`its claim '${claim}' is missing or no such`)
  switch (claim) {
    case 'aud':
      return badToken('bearer_wrong_audience', 'its audience (aud) is another one')
    case 'iss':
      return badToken('bearer_wrong_issuer', 'its issuer (iss) is another one')
    case 'nbf':
      return expired('it is not valid yet')
    default:
      return wrongKind(`its claim '${claim}' is not as it must be`)
  }
}

function expired(reason: string): IdentityFault {
  return badToken('bearer_expired', reason)
}

function forged(reason: string): IdentityFault {
  return badToken('bearer_forged', reason)
}

function wrongKind(reason: string): IdentityFault {
  return badToken('bearer_wrong_kind', reason)
}
