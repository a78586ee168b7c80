import type { Identity } from '@turnpike/core'
import type { JWTPayload } from 'jose'
import type { IssuerOptions } from './issuer-options.ts'
import { clientOf, PROFILES, scopesOf } from './profile.ts'

/** A token that is good until its end, whoever shows it: what may be remembered of it. */
export interface VerifiedToken {
  readonly outcome: 'token'
  readonly identity: Identity
  /** How it is bound to a key (RFC 7800); undefined: whoever has it may use it. */
  readonly binding: TokenBinding | undefined
  /** Milliseconds since the epoch, tolerance included. */
  readonly endsAtMs: number
}

/** `jkt` is the thumbprint of a DPoP key (RFC 9449 §6.1); undefined for a binding that cannot be checked here. */
export interface TokenBinding {
  readonly jkt: string | undefined
}

/** @param claims - verified; without `exp` the issuer alone knows the end */
export function verifiedToken(
  issuer: IssuerOptions,
  claims: JWTPayload,
  toleranceSeconds: number,
): VerifiedToken {
  return {
    outcome: 'token',
    identity: identityOf(issuer, claims),
    binding: bindingOf(claims['cnf']),
    endsAtMs: ((claims.exp ?? Infinity) + toleranceSeconds) * 1000,
  }
}

/**
 * One client of one user of one issuer is one caller; the user is the account above it. A client that acts for itself
 * (client_credentials) has no user: its `sub` is its own name, or absent (RFC 9068 §5).
 */
function identityOf(options: IssuerOptions, claims: JWTPayload): Identity {
  const { issuer, profile = 'rfc9068', identify } = options
  const told = identify?.(claims) ?? {}
  const client = told.client ?? clientOf(claims)
  const sub = told.subject ?? claims.sub ?? client ?? ''
  const isProgram = claims.sub === undefined || claims.sub === client
  return {
    source: 'bearer',
    class: told.class ?? PROFILES[profile].class ?? (isProgram ? 'agent' : 'human'),
    id: JSON.stringify([issuer, sub, client ?? '']),
    subject: JSON.stringify([issuer, sub]),
    scopes: scopesOf(claims),
    ...(client === undefined ? {} : { client }),
    claims,
  }
}

/** Bindings of other kinds (a client certificate, RFC 8705) must not be overlooked. */
function bindingOf(cnf: unknown): TokenBinding | undefined {
  if (cnf === undefined) return undefined
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined
  return { jkt: typeof jkt === 'string' ? jkt : undefined }
}
