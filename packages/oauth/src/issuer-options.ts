import { checkKnownOptions } from '@turnpike/core'
import type { JSONWebKeySet, JWTPayload } from 'jose'
import type { ClientAuth } from 'oauth4webapi'
import { checkAmount, checkUrl, invalid } from './option-values.ts'
import { PROFILES, type TokenProfile } from './profile.ts'

/** How opaque tokens are asked about (RFC 7662). The gate is a client of the authorization server. */
export interface IntrospectionOptions {
  readonly clientId: string
  /** Sent by HTTP Basic. Give it or `clientAuth`. */
  readonly clientSecret?: string
  /** Any other way to authenticate: `PrivateKeyJwt(key)` and its like of oauth4webapi. */
  readonly clientAuth?: ClientAuth
  /** Where to ask (default: as the issuer's metadata says, if that is on the issuer's own host). */
  readonly endpoint?: string
  /** How long an answer is believed, in ms, never beyond the token's own end (default 10,000; 0: not at all). */
  readonly cacheMs?: number
}

/** Whom a token stands for, where its claims say so in words of their own. Parts left out are as without the option. */
export interface TokenBearer {
  readonly class?: string
  readonly subject?: string
  readonly client?: string
}

/** Somebody whose tokens are taken. */
export interface IssuerOptions {
  /** Exactly as in `iss`: no slash more or less. */
  readonly issuer: string
  /** What its tokens look like (default 'rfc9068'). */
  readonly profile?: TokenProfile
  /** Where its keys are (default: as its metadata says, RFC 8414 or OpenID Connect, if that is on the issuer's own host). */
  readonly jwksUri?: string
  /** The keys themselves, for an issuer that cannot be reached from here. */
  readonly jwks?: JSONWebKeySet
  /** Signature algorithms, some of ES256 to ES512, Ed25519, EdDSA, PS256 to PS512 and RS256 to RS512 (default: all of them). */
  readonly algorithms?: readonly string[]
  /** Claims without which a token is refused, besides those of the profile. */
  readonly requiredClaims?: readonly string[]
  /** Takes its opaque tokens, too. */
  readonly introspection?: IntrospectionOptions
  /** Reads class, subject and client from verified claims. */
  readonly identify?: (claims: JWTPayload) => TokenBearer
}

/** All that may sign tokens: public keys alone, so that nobody signs with what everybody knows (RFC 8725 §3.1). */
export const TOKEN_ALGORITHMS: readonly string[] = [
  'ES256',
  'ES384',
  'ES512',
  'Ed25519',
  'EdDSA',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
]

const ISSUER_OPTIONS = [
  'issuer',
  'profile',
  'jwksUri',
  'jwks',
  'algorithms',
  'requiredClaims',
  'introspection',
  'identify',
]
const INTROSPECTION_OPTIONS = ['clientId', 'clientSecret', 'clientAuth', 'endpoint', 'cacheMs']

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkIssuer(options: IssuerOptions, allowPlainHttp: boolean): void {
  checkKnownOptions('accessTokens(): issuer', options, ISSUER_OPTIONS)
  const { issuer, profile = 'rfc9068', jwksUri, jwks, introspection, algorithms, identify } = options
  checkUrl('issuer', issuer, allowPlainHttp)
  if (!Object.hasOwn(PROFILES, profile))
    throw invalid(`profile: take one of ${Object.keys(PROFILES).join(', ')}`)
  if (jwksUri !== undefined) checkUrl('jwksUri', jwksUri, allowPlainHttp)
  if (jwks !== undefined && jwksUri !== undefined) throw invalid('give `jwksUri` or `jwks`, not both')
  if (identify !== undefined && typeof identify !== 'function') throw invalid('identify takes a function')
  if (algorithms !== undefined) checkAlgorithms(algorithms)
  if (introspection !== undefined) checkIntrospection(introspection, allowPlainHttp)
}

function checkAlgorithms(algorithms: readonly string[]): void {
  const stray = algorithms.filter((algorithm) => !TOKEN_ALGORITHMS.includes(algorithm))
  if (algorithms.length > 0 && stray.length === 0) return
  throw invalid(
    `algorithms: take some of ${TOKEN_ALGORITHMS.join(', ')}; none and HS... would let anybody sign`,
  )
}

function checkIntrospection(options: IntrospectionOptions, allowPlainHttp: boolean): void {
  checkKnownOptions('accessTokens(): introspection', options, INTROSPECTION_OPTIONS)
  const { clientId, clientSecret, clientAuth, endpoint, cacheMs = 0 } = options
  if (typeof clientId !== 'string' || clientId === '') throw invalid('introspection: give `clientId`')
  if ((clientSecret === undefined || clientSecret === '') === (clientAuth === undefined)) {
    throw invalid('introspection: give `clientSecret` or `clientAuth`')
  }
  if (endpoint !== undefined) checkUrl('introspection: endpoint', endpoint, allowPlainHttp)
  checkAmount('introspection: cacheMs', cacheMs, { most: 300_000 })
}
