import type { ProblemCode } from '@turnpike/protocol'
import type { PaymentEvent } from './purchase.ts'
import type { Decision, Way } from './decision.ts'
import type { WarningCode } from './errors.ts'
import type { Ending } from './request.ts'
import type { Settled } from './settlement.ts'

/**
 * What a gate reports. Never a secret, a credential, an address or a caller's id: policy names and classes, and of payments
 * what was called and the first digits of the hash.
 */
export type GateEvent =
  | { readonly type: 'admitted'; readonly policy: string; readonly way: Way; readonly callerClass: string }
  | {
      readonly type: 'refused'
      readonly policy: string
      readonly status: number
      readonly code: ProblemCode
      readonly callerClass: string
    }
  /** The policy observes: the call went through, though it would have been refused like this. */
  | {
      readonly type: 'observed'
      readonly policy: string
      readonly status: number
      readonly code: ProblemCode
      readonly callerClass: string
    }
  /** A call that was held goes on (R34). */
  | { readonly type: 'resumed'; readonly policy: string; readonly way: Way; readonly callerClass: string }
  | { readonly type: 'issued'; readonly policy: string; readonly callerClass: string }
  | DecidedEvent
  /** A handler ended; `claims` says what became of what had been taken for it. */
  | {
      readonly type: 'ended'
      readonly policy: string
      readonly way: Way
      readonly ending: Ending['kind']
      readonly status: number | undefined
      readonly claims: Settled
    }
  /** A call ended; it came to so many units of a meter, which is its estimate where it reported none (R33). */
  | { readonly type: 'metered'; readonly policy: string; readonly meter: string; readonly units: number }
  /** Money, or a use that was paid for, moved. */
  | PaymentEvent
  /** A lease had lapsed and its use was served twice (R11). */
  | { readonly type: 'overlap'; readonly policy: string }
  /** The store did not answer a decision, or would not take what became of a call; each time (the warning comes once a minute). */
  | { readonly type: 'storeFailed'; readonly during: 'decision' | 'ending' }
  | { readonly type: 'warning'; readonly code: WarningCode; readonly message: string }

/** A policy is done with a request. Measured only while somebody listens. */
export interface DecidedEvent {
  readonly type: 'decided'
  readonly policy: string
  /** `fault`: a function of the operator's threw, or the application made a mistake; nobody was let in. */
  readonly outcome: Decision['outcome'] | 'fault'
  /** The way that admitted the request as a whole, as `Turnpike-Admission` has it; of a `pass` alone. */
  readonly way?: Way
  /** Of a `refuse` alone. */
  readonly status?: number
  readonly code?: ProblemCode
  /** From the question to the answer, the time spent on the store, the key set or the Lightning node included. */
  readonly durationMs: number
}

/** Hears events of one type. What it throws, or rejects with, is logged and disturbs no call. */
export type GateListener<E extends GateEvent['type']> = (event: Extract<GateEvent, { type: E }>) => void
