import type { JWTPayload } from 'jose'

/** What kind of tokens an issuer makes. */
export type TokenProfile = 'rfc9068' | 'jwt' | 'workload'

/** What a token of a profile must look like. */
export interface ProfileRules {
  /** `typ` headers that are taken, lower case and without `application/`; '' for a token that has none. */
  readonly types: readonly string[]
  readonly requiredClaims: readonly string[]
  /** Is there an authorization server that a client could ask for such a token? */
  readonly advertised: boolean
  /** The class of all its callers; undefined: their claims tell. */
  readonly class?: string
}

/**
 * - `rfc9068`: JWT access tokens by the book (RFC 9068 §2); nothing else that the issuer signs, such as an ID token, is one.
 * - `jwt`: access tokens of issuers that came before it: `typ` says nothing, so the audience alone tells them from others.
 * - `workload`: identities of programs: Kubernetes, GitHub Actions, SPIFFE. They bring them along; nobody asks for them.
 */
export const PROFILES: Readonly<Record<TokenProfile, ProfileRules>> = {
  rfc9068: {
    types: ['at+jwt'],
    requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
    advertised: true,
  },
  jwt: { types: ['', 'jwt', 'at+jwt'], requiredClaims: ['iss', 'exp', 'aud', 'sub'], advertised: true },
  workload: {
    types: ['', 'jwt', 'jose'],
    requiredClaims: ['iss', 'exp', 'aud', 'sub'],
    advertised: false,
    class: 'agent',
  },
}

/** Is this the `typ` of such a token (RFC 7515 §4.1.9)? */
export function hasTypeOf({ types }: ProfileRules, typ: unknown): boolean {
  if (typ === undefined) return types.includes('')
  return typeof typ === 'string' && types.includes(typ.toLowerCase().replace(/^application\//, ''))
}

/** The program that a token was issued to; OpenID Connect calls it `azp`. */
export function clientOf(claims: JWTPayload): string | undefined {
  const client = claims['client_id'] ?? claims['azp']
  return typeof client === 'string' && client !== '' ? client : undefined
}

/** RFC 8693 §4.2 has a text of several scopes; some issuers have a list, or call it `scp`. */
export function scopesOf(claims: JWTPayload): readonly string[] {
  const scope = claims['scope'] ?? claims['scp']
  if (typeof scope === 'string') return scope.split(' ').filter((name) => name !== '')
  if (!Array.isArray(scope)) return []
  return scope.filter((name): name is string => typeof name === 'string' && name !== '')
}
