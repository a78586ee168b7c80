import { createIssuerKeys, type IssuerKeys } from './issuer-keys.ts'
import { createIssuerMetadata } from './issuer-metadata.ts'
import type { IssuerOptions } from './issuer-options.ts'
import type { Lookup } from './lookup.ts'
import { createIntrospection, type Introspection } from './opaque-token.ts'
import type { TokenSettings } from './options.ts'

/** An issuer, and how to ask it. */
export interface TrustedIssuer {
  readonly options: IssuerOptions
  readonly keys: IssuerKeys
  /** Undefined for an issuer whose opaque tokens are not taken. */
  readonly introspect: Introspection | undefined
}

/** Asks nobody yet. */
export function trustIssuer(options: IssuerOptions, settings: TokenSettings, lookup: Lookup): TrustedIssuer {
  const { issuer, introspection } = options
  const { allowPlainHttp, now } = settings
  const metadata = createIssuerMetadata({ issuer, lookup, allowPlainHttp, now })
  return {
    options,
    keys: createIssuerKeys(options, { ...settings, metadata, lookup }),
    introspect:
      introspection && createIntrospection(introspection, { ...settings, issuer, metadata, lookup }),
  }
}
