import type { ProblemCode } from '@turnpike/protocol'
import type { PaymentEvent } from './books.ts'
import type { Way } from './decision.ts'
import type { WarningCode } from './errors.ts'
import type { Ending } from './request.ts'
import type { Settled } from './settlement.ts'

/** What a gate reports. Never a secret, a credential, an address or a caller's id; policy names and classes only. */
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
  /** A handler ended; `claims` says what became of what had been taken for it. */
  | {
      readonly type: 'ended'
      readonly policy: string
      readonly way: Way
      readonly ending: Ending['kind']
      readonly status: number | undefined
      readonly claims: Settled
    }
  /** Money, or a use that was paid for, moved. */
  | PaymentEvent
  /** A lease had lapsed and its use was served twice (R11). */
  | { readonly type: 'overlap'; readonly policy: string }
  | { readonly type: 'warning'; readonly code: WarningCode; readonly message: string }

export type GateListener<E extends GateEvent['type']> = (event: Extract<GateEvent, { type: E }>) => void
