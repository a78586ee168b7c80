import {
  createLocalJWKSet,
  type CryptoKey,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import type { IssuerOptions } from './issuer-options.ts'
import { type IssuerMetadata, ownEndpoint } from './issuer-metadata.ts'
import { createKeptAnswer } from './kept-answer.ts'
import { type Lookup, LookupFailed } from './lookup.ts'

/** Finds the key that a token is signed with. @throws LookupFailed, and `JWKSNoMatchingKey` of jose */
export type IssuerKeys = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>

/** After so long keys are fetched anew, so that one that the issuer has taken away ends. */
const KEPT_MS = 600_000

/** Whom to ask for keys, and how often. */
export interface KeysContext {
  readonly metadata: IssuerMetadata
  readonly lookup: Lookup
  /** How often at most unknown keys have the set fetched, in ms. */
  readonly keysCooldownMs: number
  readonly now: () => number
}

/**
 * The keys of an issuer: as configured, or remote ones, fetched when the first token comes, after ten minutes, and when a
 * token names an unknown one (then with a cooldown, since anybody may make up names). While they cannot be had anew, those
 * that are known go on being used for an hour.
 */
export function createIssuerKeys({ issuer, jwks, jwksUri }: IssuerOptions, context: KeysContext): IssuerKeys {
  if (jwks !== undefined) return createLocalJWKSet(jwks)
  let remote: { readonly url: string; readonly keys: IssuerKeys } | undefined
  return async (header, token) => {
    const url = jwksUri ?? ownEndpoint(issuer, (await context.metadata()).jwks_uri, 'jwksUri')
    if (remote?.url !== url) remote = { url, keys: remoteKeys(url, context) }
    return await remote.keys(header, token)
  }
}

function remoteKeys(url: string, { lookup, keysCooldownMs, now }: KeysContext): IssuerKeys {
  const fetchSet = async (): Promise<IssuerKeys> => createLocalJWKSet(await fetchKeys(url, lookup))
  const sets = createKeptAnswer(fetchSet, KEPT_MS, now)
  return async (header, token) => {
    const { value: find, atMs } = await sets.current()
    try {
      return await find(header, token)
    } catch (error) {
      const isUnknown = error instanceof errors.JWKSNoMatchingKey
      if (!isUnknown || now() < atMs + keysCooldownMs) throw error
    }
    return await (await sets.renewed()).value(header, token)
  }
}

/** A key set that is none says nothing about the token. */
async function fetchKeys(url: string, lookup: Lookup): Promise<JSONWebKeySet> {
  const headers = { accept: 'application/json, application/jwk-set+json' }
  const response = await lookup(url, { method: 'GET', headers })
  const set: unknown = response.status === 200 ? await response.json().catch(() => undefined) : undefined
  if (!isKeySet(set)) throw new LookupFailed('its key set cannot be read')
  return set
}

function isKeySet(set: unknown): set is JSONWebKeySet {
  return (
    typeof set === 'object' &&
    set !== null &&
    'keys' in set &&
    Array.isArray(set.keys) &&
    set.keys.every((key: unknown) => typeof key === 'object' && key !== null)
  )
}
