import type { Caller } from './caller.ts'
import type { Answer, Decision } from './decision.ts'
import type { WarningCode } from './errors.ts'
import type { Subscribe } from './emitter.ts'
import type { Resumption } from './hold.ts'
import type { Policy, PolicyOptions, PolicyScope } from './policy.ts'
import type { RequestView } from './request.ts'
import type { GateStatus } from './status.ts'
import type { WindowReport } from './store.ts'

/** One gate: a name, a secret, a store, its rails. Long-lived; share it between adapters. */
export interface Gate {
  readonly name: string
  /** Path of the challenge endpoint below wherever the adapter mounts it (default '/api/challenge'). */
  readonly challengePath: string
  /**
   * What clients look for at fixed places, by absolute path: the metadata of protected resources (RFC 9728), which identity
   * sources bring along. It grows with the policies; adapters serve it to GET and HEAD.
   */
  readonly documents: ReadonlyMap<string, Answer>
  /**
   * Checks a policy, once, at boot.
   * @param scope - 'route' for frameworks whose `view.route` holds full patterns free of values.
   * @throws TurnpikeError `option_unknown`, `option_invalid`, `requirement_invalid`, `rail_missing`
   */
  policy(options: PolicyOptions, scope?: PolicyScope): Policy
  /**
   * Decides one request; at once, where nothing has to be waited for. Deciding the same policy twice on one view gives the
   * same decision (R4). Faults always come as a rejection.
   * @throws TurnpikeError `two_requirements`, `policy_foreign`, `gate_closed`, and whatever the operator's own functions throw
   */
  decide(view: RequestView, policy: Policy): Decision | Promise<Decision>
  /**
   * Goes on with a call that `pass.hold` paused: one caller of one seal, among all processes, and only for the resource (with
   * its digest) and the named caller that it was made for (R34).
   * @throws TurnpikeError `policy_foreign`, `gate_closed`, and whatever the operator's own functions throw
   */
  resume(view: RequestView, policy: Policy, seal: string): Promise<Resumption>
  /** Answers the challenge endpoint: 200 with a fresh challenge, or a problem. Counted like a 402 (R21). */
  issue(view: RequestView, resource?: string): Promise<Answer>
  /** Names a mistake once. */
  readonly warn: (code: WarningCode, message: string) => void
  /** What a caller has used up of its windows; those of its account or network are not among them. */
  inspect(caller: Caller): Promise<readonly WindowReport[]>
  /** Forgets what a caller has used up. Spent credentials stay spent. */
  reset(caller: Caller): Promise<void>
  /**
   * Takes all uses that are left away from a payment, in every process that shares the store (R27). Calls that are running
   * end as they would. Remembered for 366 days, longer than anything is sold for.
   *
   * @param paymentHash - 64 hex digits, as the node has it
   * @throws TurnpikeError `option_invalid` for another text, and whatever a store that is down throws
   */
  revoke(paymentHash: string): Promise<void>
  /**
   * What it has done in this process: by policy what was admitted, refused and, in mode `observe`, would have been refused;
   * money, times, failures. It counts from the first call on, so call it once at start (`statusEndpoint` does).
   */
  readonly status: () => GateStatus
  /** @returns a function that takes the listener off again. */
  readonly on: Subscribe
  /** Resolves when every ending reported so far is settled with the store. */
  readonly drain: () => Promise<void>
  /** Drains, waits for the last lines of the audit log, then closes the store. Decisions after that are refused with `gate_closed`. */
  close(): Promise<void>
}
