import {
  whenKnown,
  type Answer,
  type Gate,
  type Policy,
  type PolicyOptions,
  type PolicyScope,
  type RequestView,
} from '@turnpike/core'
import { admit, requestView, type Entry } from '@turnpike/node'
import type { ExecutionContext } from '@nestjs/common'
import type { HttpAdapterHost } from '@nestjs/core'
import type { Handler, Host } from './gate-mark.ts'
import { planOf, type GatePlan } from './gate-plan.ts'
import { GateRefusal } from './gate-refusal.ts'
import { rememberUser, type TurnpikeModuleOptions } from './module-options.ts'
import { PlatformExchange, type PlatformRequest, type PlatformResponse } from './platform.ts'

/** Injects the gate itself: `constructor(@Inject(TURNPIKE_GATE) gate: Gate)`. */
export const TURNPIKE_GATE = Symbol.for('turnpike:gate')
/** Injects what all guards share; not for applications. */
export const ENTRANCE = Symbol.for('turnpike:entrance')

/** A plan whose fixed policy the gate has checked. */
export type CheckedPlan =
  Exclude<GatePlan, { kind: 'fixed' }> | { readonly kind: 'checked'; readonly policy: Policy }

/** What the guards of all modules share: they are instantiated per module, so none of them keeps anything itself. */
export class Entrance {
  readonly gate: Gate
  /** What the module says of handlers that say nothing. */
  readonly preset: PolicyOptions | undefined
  readonly #namesByUser: boolean
  readonly #platform: HttpAdapterHost
  readonly #plans = new WeakMap<Host, Map<Handler, CheckedPlan>>()
  readonly #policies = new WeakMap<PolicyOptions, Policy>()

  constructor(gate: Gate, { policy, callerFromUser }: TurnpikeModuleOptions, platform: HttpAdapterHost) {
    this.gate = gate
    this.preset = policy
    this.#namesByUser = callerFromUser !== undefined
    this.#platform = platform
  }

  /** @throws TurnpikeError as `planOf` and `gate.policy` do; called for every handler at start. */
  plan(host: Host, handler: Handler): CheckedPlan {
    return this.#plans.get(host)?.get(handler) ?? this.#makePlan(host, handler)
  }

  #makePlan(host: Host, handler: Handler): CheckedPlan {
    const plan = planOf(host, handler, this.preset)
    const checked: CheckedPlan =
      plan.kind === 'fixed' ? { kind: 'checked', policy: this.policy(plan.options) } : plan
    const plans = this.#plans.get(host) ?? new Map<Handler, CheckedPlan>()
    this.#plans.set(host, plans.set(handler, checked))
    return checked
  }

  /** One policy for one options object, however many guards ask. The module's preset is one bucket for all its handlers. */
  policy(options: PolicyOptions, scope: PolicyScope = options === this.preset ? 'place' : 'route'): Policy {
    const known = this.#policies.get(options)
    if (known !== undefined) return known
    const policy = this.gate.policy(options, scope)
    this.#policies.set(options, policy)
    return policy
  }

  /**
   * Decides a request once, however many guards stand before its handler.
   *
   * @param key - what the decision is known by: the policy, or the callback that makes it
   * @returns false when the client is gone; at once, where the gate decides at once
   * @throws GateRefusal, and whatever the operator's own functions throw; a promise rejects with them
   */
  enter(
    context: ExecutionContext,
    key: object,
    policyOf: () => Policy | Promise<Policy>,
  ): boolean | Promise<boolean> {
    const http = context.switchToHttp()
    const exchange = new PlatformExchange(
      this.#platform.httpAdapter,
      http.getRequest<PlatformRequest>(),
      http.getResponse<PlatformResponse>(),
      refuse,
    )
    const view: RequestView & Carrier = requestView(exchange.request, exchange)
    const entries = (view[ENTRIES] ??= [])
    for (const made of entries) if (made.key === key) return whenKnown(made.entry, mayGoOn)
    if (this.#namesByUser) rememberUser(view, exchange.user)
    const entry = whenKnown(policyOf(), (policy) => admit(this.gate, policy, exchange))
    entries.push({ key, entry })
    return whenKnown(entry, mayGoOn)
  }
}

/** Where the view of a request carries what was decided about it; on Express's own requests, each new property is dear. */
const ENTRIES = Symbol.for('turnpike:entries')

interface Carrier {
  /** A list: there are one or two, and a map for each request would cost more than what it holds. */
  [ENTRIES]?: { readonly key: object; readonly entry: Entry | Promise<Entry> }[]
}

function mayGoOn({ outcome }: Entry): boolean {
  return outcome !== 'answered'
}

function refuse(answer: Answer): never {
  throw new GateRefusal(answer)
}
