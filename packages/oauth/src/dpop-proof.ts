import type { IdentityFault, SingleUse } from '@turnpike/core'
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWTPayload, jwtVerify } from 'jose'
import { hash } from 'node:crypto'
import { TOKEN_ALGORITHMS } from './issuer-options.ts'
import { badProof } from './token-fault.ts'

/** How old a proof may be, in seconds: it was made for this very request. */
const LONGEST_AGE_SECONDS = 60
const LONGEST_JTI = 256

/** What a proof must be for. */
export interface ProofDemands {
  readonly method: string
  /** The public URL of the request, without query. */
  readonly url: URL
  /** The access token beside it. */
  readonly token: string
  /** Thumbprint of the key that the token is bound to. */
  readonly jkt: string
  readonly clockToleranceSeconds: number
  readonly now: () => number
}

/**
 * Verifies a proof of possession (RFC 9449 §4.3), all but that it was not shown before: that is for the store to say, in the
 * decision itself.
 */
export async function verifyProof(proof: string, demands: ProofDemands): Promise<SingleUse | IdentityFault> {
  const { clockToleranceSeconds, now } = demands
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [...TOKEN_ALGORITHMS],
      requiredClaims: ['jti', 'htm', 'htu', 'iat', 'ath'],
      maxTokenAge: LONGEST_AGE_SECONDS,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
    })
    const { jwk } = protectedHeader
    if (jwk === undefined || (await calculateJwkThumbprint(jwk)) !== demands.jkt) {
      return badProof('it is of another key than the access token is bound to')
    }
    return faultOf(payload, demands) ?? singleUse(payload, demands)
  } catch (error) {
    if (error instanceof errors.JWTExpired) return badProof('it is too old')
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'iat') {
      return badProof('it is from the future: the clock that made it is wrong')
    }
    // The key is in the proof, so whatever is wrong with either is the caller's.
    return badProof('it is not a signed one as RFC 9449 has it')
  }
}

function faultOf(payload: JWTPayload, { method, url, token }: ProofDemands): IdentityFault | undefined {
  const { htm, htu, ath, jti } = payload
  if (htm !== method) return badProof('it is for another method (htm)')
  if (typeof htu !== 'string' || !isSameTarget(htu, url)) return badProof('it is for another URL (htu)')
  if (ath !== hash('sha256', token, 'base64url')) return badProof('it is for another access token (ath)')
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI)
    return badProof('it has no usable jti')
  return undefined
}

/** Normalized, without query and fragment (RFC 9449 §4.3). */
function isSameTarget(htu: string, url: URL): boolean {
  if (!URL.canParse(htu)) return false
  const { origin, pathname } = new URL(htu)
  return origin === url.origin && pathname === url.pathname
}

function singleUse({ iat = 0, jti }: JWTPayload, { jkt, clockToleranceSeconds }: ProofDemands): SingleUse {
  const endsAtSeconds = iat + LONGEST_AGE_SECONDS + clockToleranceSeconds
  return { key: `dpop ${jkt} ${jti}`, expiresAtMs: Math.ceil(endsAtSeconds) * 1000 + 1000 }
}
