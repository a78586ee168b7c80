import { TOKEN_ALGORITHMS } from './issuer-options.ts'
import type { GuardedResource, TokenSettings } from './options.ts'
import { PROFILES } from './profile.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/** Where clients that know the resource look for its metadata: between host and path (RFC 9728 §3.1). */
export function metadataUrl({ url }: GuardedResource): string {
  return url.origin + WELL_KNOWN + pathOf(url)
}

/** The metadata of the resource by path: at its own place, and at the root of the host, where clients of MCP look then. */
export function resourceDocuments(settings: TokenSettings): ReadonlyMap<string, unknown> {
  const { resource } = settings
  if (resource === undefined) return new Map()
  const metadata = resourceMetadata(resource, settings)
  return new Map([WELL_KNOWN + pathOf(resource.url), WELL_KNOWN].map((path) => [path, metadata]))
}

/** RFC 9728 §2. */
function resourceMetadata(resource: GuardedResource, settings: TokenSettings): object {
  const { issuers, scopesSupported, dpopRequired } = settings
  const servers = issuers.filter(({ profile = 'rfc9068' }) => PROFILES[profile].advertised)
  return {
    resource: resource.text,
    ...(servers.length === 0 ? {} : { authorization_servers: servers.map(({ issuer }) => issuer) }),
    ...(scopesSupported === undefined ? {} : { scopes_supported: scopesSupported }),
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: TOKEN_ALGORITHMS,
    dpop_bound_access_tokens_required: dpopRequired,
  }
}

function pathOf({ pathname }: URL): string {
  return pathname === '/' ? '' : pathname
}
