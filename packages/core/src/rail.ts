import type { Offer, ProblemCode } from '@turnpike/protocol'
import type { Caller } from './caller.ts'
import type { IdentityDemand } from './identity.ts'
import type { PaymentState } from './payment-lookup.ts'
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
  /** The request, for prices that depend on it; absent where challenges are asked for beforehand. */
  readonly view?: RequestView
  /** Name of the policy that decides; for the books. */
  readonly policy?: string
  /** May this caller be given one more invoice (R24)? */
  readonly mayMint?: boolean
}

/** A credential found in a request, not yet verified. Length-capped by the rail that read it. */
export interface Presented {
  readonly rail: RailKind
  readonly text: string
}

/** A payment behind a credential. */
export interface Payment {
  /** 64 lower-case hex digits. */
  readonly paymentHash: string
  readonly amountMsat: number
  /** Calls that it was for, all in all. */
  readonly uses: number
  /** Known to have arrived? If not, only the store may know it (R26). */
  readonly settled: boolean
  /** Believed for its preimage, and never looked up. */
  readonly onTrust?: boolean
}

/** Why a way has nothing to offer, though the caller may use it. */
export interface Unoffered {
  readonly unoffered: ProblemCode
  /** Coming again may help after so long. */
  readonly waitMs?: number
}

/** Undefined: this way says nothing. */
export type Offered = Offer | Unoffered | undefined

/** What a verified use credential asks of the store. */
export type Verdict =
  | {
      readonly outcome: 'valid'
      readonly claims: readonly ClaimTake[]
      /** Most recent calls (issued and redeemed) up to which this credential still suffices; undefined: no matter. */
      readonly recentLimit?: number
      /** What was paid, where something was. */
      readonly payment?: Payment
    }
  | { readonly outcome: 'invalid'; readonly code: ProblemCode }

/** A requirement, checked and computed at boot. */
export interface PreparedWay {
  readonly rail: RailKind
  /** Windows that calls admitted by this way must fit (a quota); empty for none. */
  readonly quota: readonly WindowSpec[]
  /** True when calls of this way count as recent calls, which make the next challenge harder. */
  readonly counted: boolean
  /** Are its calls counted by what was paid, rather than by an address that others share (R5)? Default false. */
  readonly countsApart?: boolean
  /** Who must call, besides all else that the way demands. Judged before the caller is named (R1). */
  readonly identity?: IdentityDemand
  /** Windows that limit how many offers a caller gets (R24); none by default. */
  readonly minting?: readonly WindowSpec[]
  verify(presented: Presented, context: RailContext): Verdict
  /** Asks whether a payment has arrived that neither the rail nor the store knows of (R26). Never rejects. */
  lookUp?(paymentHash: string): Promise<PaymentState>
  /**
   * What to ask for.
   * @param shown - credentials of this rail whose payment has not arrived: they are to get the same offer again (R24, R26)
   */
  offer(context: RailContext, shown: readonly Presented[]): Offered | Promise<Offered>
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
  /** A payment was revoked: nobody is to be asked for it again. By payment hash, 64 lower-case hex digits. */
  forget?(paymentHash: string): void
}
