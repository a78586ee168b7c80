import type { CallMeter } from './call-meter.ts'
import type { Admission, Decision } from './decision.ts'
import { TurnpikeError } from './errors.ts'
import type { Policy } from './policy.ts'
import type { ShownWindow } from './rate-limit-fields.ts'
import type { RequestView } from './request.ts'
import { isPromise } from './when-known.ts'

/** A call that was let through, as far as the others on its request are concerned. */
export interface CrossedCall extends Admission {
  readonly meters: readonly CallMeter[]
  /** Gives back all that it took: its handler will not be started. */
  undo(): unknown
}

/** A decision of this request that let it pass, and how to take it back. */
export interface Crossing {
  readonly policy: Policy
  readonly call: CrossedCall
  readonly windows: readonly ShownWindow[]
}

/** All that one gate decides about one request (R4): each policy once, outermost first. */
export class Passage {
  readonly gate: object
  /** A handful at most, so lists do; maps would cost more than what they hold. */
  readonly #decided: { readonly policy: Policy; readonly decision: Decision | Promise<Decision> }[] = []
  readonly #crossings: Crossing[] = []
  /** Taken back. Whoever still holds their admission may report to their meters. */
  #undone: readonly Crossing[] = []
  #demanding: Policy | undefined
  #undecided = 0

  constructor(gate: object) {
    this.gate = gate
  }

  /** The decision of a policy, made once however often it is asked for. */
  once(policy: Policy, decide: () => Decision | Promise<Decision>): Decision | Promise<Decision> {
    for (const made of this.#decided) if (made.policy === policy) return made.decision
    const decision = decide()
    this.#decided.push({ policy, decision })
    if (isPromise(decision)) this.#await(decision)
    return decision
  }

  /**
   * Is a policy still deciding, so that no handler can have been started? A client that leaves then is told to the
   * policies outside before the inner one has answered.
   */
  isUndecided(): boolean {
    return this.#undecided > 0
  }

  /**
   * Notes that a policy with a requirement looks at the request.
   * @throws TurnpikeError `two_requirements`
   */
  demand(policy: Policy): void {
    if (policy.demands && policy.mode === 'enforce') this.#demandAlone(policy)
  }

  /** Windows counted by all policies so far, so that one answer shows them all. */
  windows(): readonly ShownWindow[] {
    const [only, ...others] = this.#crossings
    if (others.length === 0) return only?.windows ?? []
    return this.#crossings.flatMap((crossing) => crossing.windows)
  }

  /** Does a policy that looked at the request have such a meter, for callers of any class? */
  hasMeter(name: string): boolean {
    return this.#all().some(({ policy }) => policy.meters.has(name))
  }

  /** Meters of that name, or all, that count for the request: none where its caller's class has none. */
  meters(name?: string): readonly CallMeter[] {
    const meters = this.#all().flatMap(({ call }) => call.meters)
    return name === undefined ? meters : meters.filter((meter) => meter.name === name)
  }

  /** @returns the admission that speaks for the request: that of the policy with a requirement, else the newest. */
  cross(crossing: Crossing): Admission {
    this.#crossings.push(crossing)
    return (this.#crossings.find(({ policy }) => policy === this.#demanding) ?? crossing).call
  }

  /** Gives back what the policies outside took. */
  turnBack(): Promise<unknown> | undefined {
    if (this.#crossings.length === 0) return undefined
    const undone = this.#crossings.splice(0)
    this.#undone = [...this.#undone, ...undone]
    return Promise.all(undone.map(async (crossing) => await crossing.call.undo()))
  }

  #await(decision: PromiseLike<Decision>): void {
    this.#undecided += 1
    const settled = () => {
      this.#undecided -= 1
    }
    decision.then(settled, settled)
  }

  #all(): readonly Crossing[] {
    return this.#undone.length === 0 ? this.#crossings : [...this.#undone, ...this.#crossings]
  }

  #demandAlone(policy: Policy): void {
    if (this.#demanding !== undefined) {
      throw new TurnpikeError(
        'two_requirements',
        `the policies '${this.#demanding.name}' and '${policy.name}' both demand work or payment of one request; ` +
          'keep one requirement, and use ceiling() for the other',
      )
    }
    this.#demanding = policy
  }
}

/**
 * Where a view carries its passages: one per gate that looked at it. On the view itself, because a WeakMap of all
 * requests in flight keeps each of them alive through several garbage collections.
 */
const PASSAGES = Symbol('turnpike.passages')

interface Carrier {
  [PASSAGES]?: readonly Passage[]
}

/** The passage of a request through a gate, begun at the first decision. */
export function passageOf(view: RequestView & Carrier, gate: object): Passage {
  const passages = view[PASSAGES]
  if (passages !== undefined) for (const known of passages) if (known.gate === gate) return known
  const passage = new Passage(gate)
  view[PASSAGES] = passages === undefined ? [passage] : [...passages, passage]
  return passage
}

/** Has another gate looked at the request before? Two of them would each ask for a credential of their own. */
export function isSecondGate(view: RequestView & Carrier, gate: object): boolean {
  const first = view[PASSAGES]?.[0]
  return first !== undefined && first.gate !== gate
}
