import type { IdentitySource, IdentityVerdict, Leaf } from '@turnpike/core'

/** The one good token of the scenario: `Authorization: Bearer good-token`, with a proof in `DPoP` that may be shown once. */
export const GOOD_TOKEN = 'good-token'
/** Where the scenario's metadata is to be found. */
export const METADATA_PATH = '/.well-known/oauth-protected-resource/scenario'

const METADATA = {
  resource: 'https://api.example/scenario',
  authorization_servers: ['https://login.example'],
}

/** Stands in for access tokens, without an authorization server behind it; it answers a turn later, as a look-up does. */
const tokenSource: IdentitySource = {
  kind: 'bearer',
  verify(view) {
    const shown = /^Bearer (.+)$/.exec(view.header('authorization') ?? '')?.[1]
    return shown === undefined ? undefined : Promise.resolve(verdictOf(shown, view.header('dpop')))
  },
  challenges: (_scope, fault) => [
    `Bearer realm="scenario"${fault === undefined ? '' : `, error="${fault.error}"`}`,
  ],
  documents: new Map([[METADATA_PATH, METADATA]]),
}

/** Demands the good token. */
export const token: Leaf = { rail: 'bearer', terms: { source: tokenSource, scope: [] } }

function verdictOf(shown: string, proof: string | undefined): IdentityVerdict {
  if (shown !== GOOD_TOKEN) {
    return {
      outcome: 'invalid',
      code: 'bearer_expired',
      error: 'invalid_token',
      detail: 'it is not the good one',
    }
  }
  const identity = { source: 'bearer', class: 'agent', id: 'robot', subject: 'acme', scopes: [] } as const
  if (proof === undefined) return { outcome: 'verified', identity }
  return { outcome: 'verified', identity, singleUse: { key: proof, expiresAtMs: FAR_AHEAD_MS } }
}

/** Stores of the tests keep times of their own. */
const FAR_AHEAD_MS = 4_000_000_000_000
