import type { Problem, ProblemCode } from '@turnpike/protocol'
import type { Caller } from './caller.ts'
import type { Identity } from './identity.ts'
import type { WindowRole } from './policy-window.ts'
import type { Ending } from './request.ts'

/** Header fields to set, by lower-case name. An array means separate lines. */
export type HeaderFields = Readonly<Record<string, string | readonly string[]>>

/** How a call was admitted (R2). `observed`: it would have been refused, but the policy only observes. */
export type Way = 'free' | 'bearer' | 'pow' | 'lightning' | 'observed'

/** What an admitted handler may know and do: `req.turnpike`, `ctx.state.turnpike`, `@Admitted()`. */
export interface Admission {
  readonly way: Way
  readonly caller: Caller
  /** Who the caller has proven to be, the token before the key; empty where it has proven nothing, or nobody asked. */
  readonly identities: readonly Identity[]
  /** Name of the policy that decided. */
  readonly policy: string
  /** Uses left of the credential that was spent; undefined on the free way. */
  readonly usesLeft: number | undefined
  /**
   * Units left in the tightest window of that role after this call, or of the meter of that name, which this call may still
   * use; undefined when no policy has one. Of a meter as the store last said, less what was reported since.
   */
  remaining(window: WindowRole | (string & {})): number | undefined
  /**
   * Adds units that this call has really used (R33). The estimate that was reserved covers the first of them; more is charged
   * at once, though it exceed the budget, which then refuses others. The end of the call gives back what was reserved and
   * not used. Without a report the estimate stands; `meter('tokens', 0)` says that nothing was used.
   *
   * @param used - whole units, 0 or more, since the last report
   * @throws TurnpikeError `meter_unknown`, `meter_invalid`
   */
  meter(name: string, used: number): void
  /**
   * Aborts when the budget of that meter, or of any, is used up while the call runs; `reason` is a TurnpikeError
   * `meter_spent`. For `fetch(upstream, { signal })`.
   * @throws TurnpikeError `meter_unknown`
   */
  signal(name?: string): AbortSignal
  /** Gives a paid use back whatever the ending; for a handler that could not deliver (R31). Idempotent. */
  giveBack(): Promise<void>
}

/** Something to send as it is. */
export interface Answer {
  readonly status: number
  readonly headers: HeaderFields
  /** Sent as JSON. */
  readonly body: object
}

/** The call may go on; how its handler ends is to be reported. */
export interface Pass {
  readonly outcome: 'pass'
  readonly headers: HeaderFields
  /** The call was worked or paid for: `Cache-Control` must end up private and `Vary` name the credentials (R25). */
  readonly proven: boolean
  readonly admission: Admission
  /**
   * Does anybody want to know how the call ends: a paid use, a meter, a slot, a listener of `ended`? Where it is false, an
   * adapter need not watch the response; that the handler was never started it reports in any case.
   */
  readonly awaitsEnding: boolean
  /** Reports how the handler ended. Idempotent; begins its work synchronously. */
  readonly finish: (ending: Ending) => Promise<void>
  /**
   * The call pauses until its client answers (R34): what it has paid waits 600 s for `gate.resume`. To be called once, in
   * place of serving; `finish` then only reports.
   *
   * @param state - what the server wants back with the client's answer, up to about 190,000 bytes
   * @returns the seal to give to the client, or undefined where the store would not hold the call: it has then ended, and a
   *   paid use was given back
   */
  readonly hold: (state?: string) => Promise<string | undefined>
}

/** The call may not go on: an answer whose body says what would let it. */
export interface Refusal extends Answer {
  readonly outcome: 'refuse'
  readonly code: ProblemCode
  readonly body: Problem
}

/**
 * - `skip`: the gate has nothing to say about this request: exempted, or a CORS preflight that a mere limit met.
 * - `preflight`: a CORS preflight that no CORS layer has answered, before a handler that costs something. It is answered
 *   with a bare 204 and never reaches the handler; nothing is counted.
 */
export type Decision = Pass | Refusal | { readonly outcome: 'skip' } | { readonly outcome: 'preflight' }
