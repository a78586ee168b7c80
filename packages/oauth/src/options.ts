import { checkKnownOptions, type Identity } from '@turnpike/core'
import { checkIssuer, type IssuerOptions } from './issuer-options.ts'
import { checkAmount, checkUrl, invalid } from './option-values.ts'

/** Options of `accessTokens()`. */
export interface AccessTokenOptions {
  /** Whose tokens are taken. Give it or `issuers`. */
  readonly issuer?: string | IssuerOptions
  readonly issuers?: readonly (string | IssuerOptions)[]
  /** One of these must be in `aud` (default: `resource`). */
  readonly audience?: string | readonly string[]
  /**
   * The public URL of what is guarded, as clients write it (default: the audience, if that is one URL). Names it in the
   * metadata (RFC 9728) and in proofs of possession (RFC 9449); without it there are neither.
   */
  readonly resource?: string
  /** Scopes to name in the metadata. */
  readonly scopesSupported?: readonly string[]
  /** `require` refuses tokens that anybody could use who has seen them (default 'accept'). */
  readonly dpop?: 'accept' | 'require'
  /** Asked about each verified caller, a promise allowed: true refuses. By `claims.jti`, `claims.sub`, or anything else. */
  readonly revoked?: (identity: Identity) => boolean | Promise<boolean>
  /** How far clocks may differ, in seconds (default 5). */
  readonly clockToleranceSeconds?: number
  /** Longest that one question to an issuer takes, in ms (default 3,000). */
  readonly timeoutMs?: number
  /** How often at most a token with an unknown key makes us fetch the keys again, in ms (default 30,000). */
  readonly keysCooldownMs?: number
  /** Lets issuers and the resource be http: on this machine, or on a network of your own (default false). */
  readonly allowPlainHttp?: boolean
  /** Milliseconds since the epoch (default Date.now). */
  readonly now?: () => number
}

const OPTIONS = [
  'issuer',
  'issuers',
  'audience',
  'resource',
  'scopesSupported',
  'dpop',
  'revoked',
  'clockToleranceSeconds',
  'timeoutMs',
  'keysCooldownMs',
  'allowPlainHttp',
  'now',
]
const OWNER = 'accessTokens()'

/** What is guarded, as clients know it. */
export interface GuardedResource {
  /** As configured: metadata must repeat it unchanged (RFC 9728 §3.3). */
  readonly text: string
  readonly url: URL
}

/** Options with nothing left open. */
export interface TokenSettings {
  readonly issuers: readonly IssuerOptions[]
  readonly audience: readonly string[]
  readonly resource: GuardedResource | undefined
  readonly scopesSupported: readonly string[] | undefined
  readonly dpopRequired: boolean
  readonly revoked: AccessTokenOptions['revoked']
  readonly clockToleranceSeconds: number
  readonly timeoutMs: number
  readonly keysCooldownMs: number
  readonly allowPlainHttp: boolean
  readonly now: () => number
}

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function settingsOf(options: AccessTokenOptions): TokenSettings {
  if (typeof options !== 'object' || options === null) throw invalid('take options: { issuer, resource }')
  checkKnownOptions(OWNER, options, OPTIONS)
  const { allowPlainHttp = false, dpop = 'accept', revoked, now = Date.now } = options
  const resource = resourceOf(options, allowPlainHttp)
  const audience = [options.audience ?? resource?.text ?? []].flat()
  if (audience.length === 0 || !audience.every((one) => typeof one === 'string' && one !== '')) {
    throw invalid('give an `audience` or a `resource`: a token for somebody else must not open this')
  }
  if (dpop !== 'accept' && dpop !== 'require') throw invalid("dpop: take 'accept' or 'require'")
  if (dpop === 'require' && resource === undefined) {
    throw invalid('dpop: proofs name the URL that they are for: give `resource`')
  }
  for (const [name, value] of Object.entries({ revoked, now })) {
    if (value !== undefined && typeof value !== 'function') throw invalid(`${name} takes a function`)
  }
  return {
    issuers: issuersOf(options, allowPlainHttp),
    audience,
    resource,
    scopesSupported: options.scopesSupported,
    dpopRequired: dpop === 'require',
    revoked,
    clockToleranceSeconds: checkAmount('clockToleranceSeconds', options.clockToleranceSeconds ?? 5, {
      most: 300,
    }),
    timeoutMs: checkAmount('timeoutMs', options.timeoutMs ?? 3000, { least: 1, most: 60_000 }),
    keysCooldownMs: checkAmount('keysCooldownMs', options.keysCooldownMs ?? 30_000, { most: 600_000 }),
    allowPlainHttp,
    now,
  }
}

function issuersOf(options: AccessTokenOptions, allowPlainHttp: boolean): readonly IssuerOptions[] {
  const { issuer, issuers = issuer === undefined ? [] : [issuer] } = options
  if (issuer !== undefined && options.issuers !== undefined)
    throw invalid('give `issuer` or `issuers`, not both')
  const all = issuers.map((one) => (typeof one === 'string' ? { issuer: one } : one))
  if (all.length === 0) throw invalid('give an `issuer`, or several in `issuers`')
  for (const one of all) checkIssuer(one, allowPlainHttp)
  if (new Set(all.map((one) => one.issuer)).size < all.length) throw invalid('an issuer is there twice')
  if (all.filter(({ introspection }) => introspection !== undefined).length > 1) {
    throw invalid(
      'introspection: one issuer at most may have it, since an opaque token does not say whose it is',
    )
  }
  return all
}

function resourceOf(
  { resource, audience }: AccessTokenOptions,
  allowPlainHttp: boolean,
): GuardedResource | undefined {
  const isUrl = typeof audience === 'string' && /^https?:/.test(audience)
  const text = resource ?? (isUrl ? audience : undefined)
  return text === undefined ? undefined : { text, url: checkUrl('resource', text, allowPlainHttp) }
}
