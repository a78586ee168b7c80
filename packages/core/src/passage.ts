import type { Admission, Decision } from './decision.ts'
import { TurnpikeError } from './errors.ts'
import type { Policy } from './policy.ts'
import type { ShownWindow } from './rate-limit-fields.ts'
import type { RequestView } from './request.ts'

/** A decision of this request that let it pass, and how to take it back. */
export interface Crossing {
  readonly policy: Policy
  readonly admission: Admission
  readonly windows: readonly ShownWindow[]
  /** Gives back what was taken, because an inner policy refused (R4). */
  readonly undo: () => Promise<unknown>
}

/** All that one gate decides about one request (R4): each policy once, outermost first. */
export class Passage {
  readonly #decisions = new Map<Policy, Promise<Decision>>()
  readonly #crossings: Crossing[] = []
  #demanding: Policy | undefined

  /**
   * The decision of a policy, made once however often it is asked for.
   * @throws TurnpikeError `two_requirements`
   */
  once(policy: Policy, decide: () => Promise<Decision>): Promise<Decision> {
    const made = this.#decisions.get(policy)
    if (made !== undefined) return made
    if (policy.ways.length > 0) this.#demandAlone(policy)
    const decision = decide()
    this.#decisions.set(policy, decision)
    return decision
  }

  /** Windows counted by all policies so far, so that one answer shows them all. */
  windows(): readonly ShownWindow[] {
    return this.#crossings.flatMap((crossing) => crossing.windows)
  }

  /** @returns the admission that speaks for the request: that of the policy with a requirement, else the newest. */
  cross(crossing: Crossing): Admission {
    this.#crossings.push(crossing)
    return (this.#crossings.find(({ policy }) => policy === this.#demanding) ?? crossing).admission
  }

  async turnBack(): Promise<void> {
    await Promise.all(this.#crossings.splice(0).map((crossing) => crossing.undo()))
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

/** Which gate looks at a request. Two of them would each ask for a credential of their own. */
const gates = new WeakMap<RequestView, object>()

/** @returns true when another gate has seen the request before. */
export function isSecondGate(view: RequestView, gate: object): boolean {
  const first = gates.get(view)
  if (first === undefined) gates.set(view, gate)
  return first !== undefined && first !== gate
}
