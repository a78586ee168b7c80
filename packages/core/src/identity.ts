import type { ProblemCode } from '@turnpike/protocol'
import type { RequestView } from './request.ts'
import type { Windows } from './window.ts'

/** Who a caller has proven to be, by a token or a key (R1). */
export interface Identity {
  /** What proved it. */
  readonly source: IdentityKind
  /** The class the caller belongs to unless the gate's `caller` says otherwise: 'agent', 'human', 'partner'. */
  readonly class: string
  /** Names the caller within its class: one client of one user of one issuer. Hashed before it reaches a store. */
  readonly id: string
  /** The account above the caller, which has ceilings of its own. */
  readonly subject: string
  /** OAuth scopes; empty where there are none. */
  readonly scopes: readonly string[]
  /** The program that acts, where the proof names it: OAuth `client_id`. */
  readonly client?: string
  /** What else the proof says, as verified: JWT claims, or the answer of the introspection. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** What proves an identity: an access token, or a key. */
export type IdentityKind = 'bearer' | 'apiKey'

/** Something that may be shown once: the `jti` of a DPoP proof (RFC 9449 §11.1). Claimed in the same atomic decision. */
export interface SingleUse {
  /** Unique among all that the source verifies; hashed before it reaches a store. */
  readonly key: string
  /** Milliseconds since the epoch; until then the store remembers it. */
  readonly expiresAtMs: number
}

/**
 * - `verified`: it is who it says.
 * - `invalid`: something was shown and is no good; `error` is the OAuth error of RFC 6750 or RFC 9449.
 * - `unavailable`: nobody can tell now (key set or introspection out of reach): 503, never 401.
 */
export type IdentityVerdict =
  | { readonly outcome: 'verified'; readonly identity: Identity; readonly singleUse?: SingleUse }
  | IdentityFault
  | { readonly outcome: 'unavailable'; readonly detail: string }

/** What was shown is no good. `error` goes into `WWW-Authenticate`, `code` and `detail` into the problem. */
export interface IdentityFault {
  readonly outcome: 'invalid'
  readonly code: ProblemCode
  readonly error: string
  /** For people; never a part of the credential. */
  readonly detail: string
}

/**
 * Verifies who a caller is: the only step before the store that may wait for anything (R1). A requirement
 * `{ rail: 'bearer', terms: BearerTerms }` brings one along; the gate's option `identities` has those that every policy asks.
 */
export interface IdentitySource {
  readonly kind: IdentityKind
  /** @returns undefined when the request shows nothing of this kind. Never rejects, never throws. */
  verify(view: RequestView): IdentityVerdict | Promise<IdentityVerdict> | undefined
  /** The lines of `WWW-Authenticate` that ask for it; `fault` says what was wrong with what was shown. */
  challenges(scope: readonly string[], fault?: IdentityFault): readonly string[]
  /** Documents to serve beside the challenge endpoint, JSON by absolute path: protected resource metadata (RFC 9728). */
  readonly documents?: ReadonlyMap<string, unknown>
}

/** Terms of a `bearer` requirement. */
export interface BearerTerms {
  /** Default: the bearer source among the gate's `identities`. */
  readonly source?: IdentitySource
  /**
   * Scopes that must all be granted, a list or a text with blanks between them (default: none); without one of them the
   * answer is 403 `insufficient_scope` (RFC 6750 §3.1).
   */
  readonly scope?: string | readonly string[]
  /** Calls per caller that this way admits; without it only ceilings limit it. */
  readonly quota?: Windows
}

/** Who must call, and what must be granted: the terms with nothing left open. */
export interface IdentityDemand {
  readonly source: IdentitySource
  readonly scope: readonly string[]
}
