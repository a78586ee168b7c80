import type { IdentityFault } from '@turnpike/core'
import { TOKEN_ALGORITHMS } from './issuer-options.ts'
import type { TokenSettings } from './options.ts'
import { metadataUrl } from './resource-metadata.ts'

/** Faults that a proof of possession would mend. */
const OF_PROOFS: ReadonlySet<string> = new Set(['bearer_unproven', 'bearer_wrong_proof', 'bearer_replayed'])

/**
 * The lines of `WWW-Authenticate` that ask for a token (RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1). `Bearer` comes first:
 * clients of MCP read no further. Without a fault there is no `error`: nothing was shown.
 */
export function bearerChallenges(
  { resource, audience }: TokenSettings,
  scope: readonly string[],
  fault: IdentityFault | undefined,
): readonly string[] {
  const isOfProof = fault !== undefined && OF_PROOFS.has(fault.code)
  const common = [
    ...(scope.length === 0 ? [] : [`scope=${quoted(scope.join(' '))}`]),
    ...(resource === undefined ? [] : [`resource_metadata=${quoted(metadataUrl(resource))}`]),
  ]
  const errors =
    fault === undefined ? [] : [`error=${quoted(fault.error)}`, `error_description=${quoted(fault.detail)}`]
  const bearer = [...(isOfProof && resource !== undefined ? [] : errors), ...common]
  const realm = `realm=${quoted(audience[0] ?? '')}`
  const lines = [`Bearer ${bearer.length === 0 ? realm : bearer.join(', ')}`]
  if (resource === undefined) return lines
  const algorithms = `algs=${quoted(TOKEN_ALGORITHMS.join(' '))}`
  return [...lines, `DPoP ${[algorithms, ...(isOfProof ? errors : []), ...common].join(', ')}`]
}

/** Only characters that RFC 6750 §3 has for its values. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')}"`
}
