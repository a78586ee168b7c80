import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type CryptoKey,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from 'jose'
import type { IssuerOptions } from './issuer-options.ts'
import { type IssuerMetadata, ownEndpoint } from './issuer-metadata.ts'
import { type Lookup, LookupFailed, type LookupInit } from './lookup.ts'

/** Finds the key that a token is signed with. @throws LookupFailed, and `JWKSNoMatchingKey` of jose */
export type IssuerKeys = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>

/** After so long keys are fetched anew, so that one that the issuer has taken away ends. */
const KEPT_MS = 600_000

/**
 * The keys of an issuer: as configured, or remote ones, fetched when the first token comes, after ten minutes, and when a
 * token names an unknown one (then with a cooldown, since anybody may make up names).
 */
export function createIssuerKeys(
  { issuer, jwks, jwksUri }: IssuerOptions,
  metadata: IssuerMetadata,
  lookup: Lookup,
  cooldownMs: number,
): IssuerKeys {
  if (jwks !== undefined) return createLocalJWKSet(jwks)
  let remote: { readonly url: string; readonly keys: IssuerKeys } | undefined
  return async (header, token) => {
    const url = jwksUri ?? ownEndpoint(issuer, (await metadata()).jwks_uri, 'jwksUri')
    if (remote?.url !== url) remote = { url, keys: remoteKeys(url, lookup, cooldownMs) }
    return await remote.keys(header, token)
  }
}

function remoteKeys(url: string, lookup: Lookup, cooldownDuration: number): IssuerKeys {
  return createRemoteJWKSet(new URL(url), {
    cooldownDuration,
    cacheMaxAge: KEPT_MS,
    [customFetch]: async (address, init) => await fetchKeys(address, init, lookup),
  })
}

/** A key set that is none says nothing about the token. */
async function fetchKeys(url: string, init: LookupInit, lookup: Lookup): Promise<Response> {
  const response = await lookup(url, init)
  const text = await response.text()
  if (response.status !== 200 || !isKeySet(text)) throw new LookupFailed('its key set cannot be read')
  return new Response(text)
}

function isKeySet(text: string): boolean {
  try {
    const set: unknown = JSON.parse(text)
    return typeof set === 'object' && set !== null && 'keys' in set && Array.isArray(set.keys)
  } catch {
    return false
  }
}
