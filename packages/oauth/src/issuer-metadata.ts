import {
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
  type AuthorizationServer,
} from 'oauth4webapi'
import { createKeptAnswer } from './kept-answer.ts'
import { type Lookup, LookupFailed } from './lookup.ts'

/** How long metadata is believed. Issuers move their key sets rarely, and leave the old ones where they are for days. */
const KEPT_MS = 3_600_000

/** Whose metadata, and how it is asked for. */
export interface MetadataSource {
  readonly issuer: string
  readonly lookup: Lookup
  readonly allowPlainHttp: boolean
  readonly now: () => number
}

/** What an issuer says of itself. @throws LookupFailed */
export type IssuerMetadata = () => Promise<AuthorizationServer>

/** Asks an issuer for its metadata when somebody needs it; its answer is kept for an hour, or two while it cannot be asked. */
export function createIssuerMetadata(source: MetadataSource): IssuerMetadata {
  const answers = createKeptAnswer(async () => await discover(source), KEPT_MS, source.now)
  return async () => (await answers.current()).value
}

/** RFC 8414 first, then OpenID Connect Discovery, as clients of MCP do. */
async function discover(source: MetadataSource): Promise<AuthorizationServer> {
  return (await read(source, 'oauth2')) ?? (await read(source, 'oidc')) ?? fail('it has no metadata')
}

/** @returns undefined when there is no such document. */
async function read(
  { issuer, lookup, allowPlainHttp }: MetadataSource,
  algorithm: 'oauth2' | 'oidc',
): Promise<AuthorizationServer | undefined> {
  const url = new URL(issuer)
  const response = await discoveryRequest(url, {
    algorithm,
    [customFetch]: lookup,
    [allowInsecureRequests]: allowPlainHttp,
  })
  if (response.status >= 400) return undefined
  const metadata = await processDiscoveryResponse(url, response).catch((cause: unknown) =>
    fail('its metadata cannot be read', cause),
  )
  // URLs have been compared; identifiers are texts (RFC 8414 §3.3).
  return metadata.issuer === issuer ? metadata : fail('its metadata is of another issuer')
}

/** Only hosts that were configured are asked: what an issuer says of itself leads to its own host alone. */
export function ownEndpoint(issuer: string, endpoint: string | undefined, option: string): string {
  if (endpoint === undefined || !URL.canParse(endpoint)) return fail(`its metadata names no ${option}`)
  if (new URL(endpoint).origin === new URL(issuer).origin) return endpoint
  return fail(`its ${option} is on another host: name it in the options`)
}

function fail(reason: string, cause?: unknown): never {
  throw new LookupFailed(reason, { cause })
}
