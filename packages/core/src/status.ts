import type { ProblemCode } from '@turnpike/protocol'
import type { Movement } from './purchase.ts'
import type { Way } from './decision.ts'
import type { WarningCode } from './errors.ts'
import type { Percentiles } from './latest-durations.ts'
import type { Ending } from './request.ts'
import type { Settled } from './settlement.ts'

/**
 * What a gate has done in this process since it was first asked. Plain JSON, of bounded size: policy names and words of
 * ours, never a caller. `docs/observability.md` has every member.
 */
export interface GateStatus {
  /** Of this form. Members may be added; what is there keeps its meaning. */
  readonly version: 1
  readonly gate: string
  /** When it began to count: ISO 8601, UTC, by the gate's clock. */
  readonly since: string
  readonly at: string
  /** By name; those beyond 200 are one, called `other`. */
  readonly policies: readonly PolicyStatus[]
  /** How long the latest decisions took; absent before the first. */
  readonly decisionTimes?: Percentiles
  /** Requests that no decision was made on, because a function of the operator's threw or two policies contradict each other. */
  readonly faults: number
  readonly store: StoreStatus
  /** Each code that was warned with since the start: how often (at most once a minute) and when last. */
  readonly warnings: readonly {
    readonly code: WarningCode
    readonly times: number
    readonly lastAt: string
  }[]
}

/** How often something happened; what never did is left out. */
export type Tallied<Name extends string> = Readonly<Partial<Record<Name, number>>>

/** What one policy did. */
export interface PolicyStatus {
  readonly policy: string
  readonly admitted: Tallied<Way>
  readonly refused: Tallied<ProblemCode>
  /** Let through by a policy in mode `observe`: it would have been refused with this code. */
  readonly observed: Tallied<ProblemCode>
  /** Calls that were held for their client's input and went on. */
  readonly resumed: number
  /** Refusals and answers of the challenge endpoint that had an offer. */
  readonly issued: number
  /** Admitted, and not ended yet. */
  readonly inFlight: number
  readonly endings: Tallied<Ending['kind']>
  /** What became of what calls had taken. */
  readonly claims: Tallied<Exclude<Settled, 'none'>>
  /** Units that calls came to, by meter. */
  readonly meters: Tallied<string>
  readonly payments: Tallied<Movement>
  readonly sats: {
    /** Payments that were seen to arrive; by several processes perhaps. */
    readonly received: number
    /** Share of their payment of calls that were served. */
    readonly earned: number
  }
  readonly lastMinute: { readonly admitted: number; readonly refused: number; readonly observed: number }
}

/** How the store did. */
export interface StoreStatus {
  /** Decisions that it did not answer, and endings that it did not take. */
  readonly failures: number
  readonly failuresLastMinute: number
  readonly lastFailureAt?: string
}
