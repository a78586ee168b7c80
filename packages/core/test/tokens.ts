import type { Identity, IdentitySource, IdentityVerdict, Leaf, RequestView } from '@turnpike/core'

/** What a token of the tests says of itself: `Authorization: Bearer <name>`. */
export interface TokenSource extends IdentitySource {
  /** Requests that it was asked about. */
  readonly asked: RequestView[]
}

export interface TokenSourceOptions {
  /** Answers as a look-up would: in the next turn. */
  readonly isAsync?: boolean
  readonly documents?: ReadonlyMap<string, unknown>
}

const TOKEN = /^(?:Bearer|DPoP) (.+)$/

/**
 * An identity source without cryptography. Tokens: `bad`, `down`; all others are good: `<subject>` or `<subject>/<client>`, a
 * machine where both are the same. A `dpop` header is a proof that may be shown once.
 */
export function tokenSource({ isAsync = false, documents }: TokenSourceOptions = {}): TokenSource {
  const asked: RequestView[] = []
  return {
    kind: 'bearer',
    asked,
    verify(view) {
      const shown = TOKEN.exec(view.header('authorization') ?? '')?.[1]
      if (shown === undefined) return undefined
      asked.push(view)
      const verdict = verdictOf(shown, view.header('dpop'))
      return isAsync ? Promise.resolve(verdict) : verdict
    },
    challenges: (scope, fault) => [
      ['Bearer realm="test"', error(fault?.error), scopes(scope), METADATA].filter(Boolean).join(', '),
    ],
    ...(documents === undefined ? {} : { documents }),
  }
}

const METADATA = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource"'

function error(code: string | undefined): string {
  return code === undefined ? '' : `error="${code}"`
}

function scopes(scope: readonly string[]): string {
  return scope.length === 0 ? '' : `scope="${scope.join(' ')}"`
}

export function bearer(source: IdentitySource, ...scope: readonly string[]): Leaf {
  return { rail: 'bearer', terms: { source, scope } }
}

export function token(name: string, proof?: string): { readonly headers: Readonly<Record<string, string>> } {
  return { headers: { authorization: `Bearer ${name}`, ...(proof === undefined ? {} : { dpop: proof }) } }
}

function verdictOf(name: string, proof: string | undefined): IdentityVerdict {
  if (name === 'bad')
    return {
      outcome: 'invalid',
      code: 'bearer_expired',
      error: 'invalid_token',
      detail: 'it ended a while ago',
    }
  if (name === 'down') return { outcome: 'unavailable', detail: 'the key set does not answer' }
  const identity = identityOf(name)
  if (proof === undefined) return { outcome: 'verified', identity }
  return {
    outcome: 'verified',
    identity,
    singleUse: { key: `${name} ${proof}`, expiresAtMs: 1_800_000_300_000 },
  }
}

function identityOf(name: string): Identity {
  const [subject = '', client = subject] = name.split('/')
  return {
    source: 'bearer',
    class: subject === client ? 'agent' : 'human',
    id: JSON.stringify([subject, client]),
    subject,
    client,
    scopes: ['read'],
  }
}
