import type { Offer, ProblemCode } from '@turnpike/protocol'
import type { Caller } from './decision.ts'
import type { RailKind } from './requirement.ts'
import type { RequestView } from './request.ts'
import type { Resource } from './resource.ts'
import type { ClaimTake } from './store.ts'
import type { WindowSpec } from './window.ts'

/** What the engine knows when a rail is asked. */
export interface RailContext {
  readonly caller: Caller
  readonly resource: Resource
  /** Home shard of the caller's subject. */
  readonly shard: number
  /** The gate's clock, milliseconds since the epoch. Final expiry is the store's to judge (R13). */
  readonly nowMs: number
  /** Calls issued to and redeemed by this caller in the last minute; 0 while not known (R21). */
  readonly recent: number
}

/** A credential found in a request, not yet verified. Length-capped by the rail that read it. */
export interface Presented {
  readonly rail: RailKind
  readonly text: string
}

/** What a verified use credential asks of the store. */
export type Verdict =
  | {
      readonly outcome: 'valid'
      readonly claims: readonly ClaimTake[]
      /** Most recent calls (issued and redeemed) up to which this credential still suffices; undefined: no matter. */
      readonly recentLimit?: number
    }
  | { readonly outcome: 'invalid'; readonly code: ProblemCode }

/** A requirement, checked and computed at boot. */
export interface PreparedWay {
  readonly rail: RailKind
  /** Windows that calls admitted by this way must fit (a quota); empty for none. */
  readonly quota: readonly WindowSpec[]
  /** True when calls of this way count as recent calls, which make the next challenge harder. */
  readonly counted: boolean
  verify(presented: Presented, context: RailContext): Verdict
  /** What to ask for; undefined when this way has nothing to offer now. */
  offer(context: RailContext): Offer | undefined | Promise<Offer | undefined>
}

/** The code behind a way. One module each; a rail knows no framework and no store. */
export interface Rail {
  readonly kind: RailKind
  /** Checks the terms of one requirement and prepares it. @throws TurnpikeError `requirement_invalid` */
  prepare(terms: unknown): PreparedWay
  /** Credentials of this rail in a request; forged, foreign and malformed ones included, as long as they are meant for it. */
  read(view: RequestView): readonly Presented[]
  /** The line of `WWW-Authenticate` for an offer of this rail. */
  authenticate(offer: Offer): string
}
