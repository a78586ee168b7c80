import { ADMISSION_HEADER } from '@turnpike/protocol'
import type { CountedCaller } from './caller.ts'
import type { Admission, Caller, Pass, Way } from './decision.ts'
import type { Emit } from './emitter.ts'
import type { Passage } from './passage.ts'
import type { Policy, WindowRole } from './policy.ts'
import type { Ending } from './request.ts'
import type { Settled, Settlement, Taken } from './settlement.ts'

/** What an admission is made of. */
export interface AdmissionParts {
  readonly policy: Policy
  readonly caller: CountedCaller
  readonly way: Way
  /** Knows all windows counted for the request, by whichever policy. */
  readonly passage: Passage
  readonly taken: Taken
  /** Of the scarcest credential; undefined when none was spent. */
  readonly usesLeft: number | undefined
  /** It goes on with a call that was held (R34): handlers ran for it before. */
  readonly resumed?: true
}

/**
 * A call that was let through, from the decision to its end (R31). A class, since one is made per decision and its
 * methods then cost nothing.
 */
export class AdmittedCall implements Admission {
  readonly way: Way
  readonly caller: Caller
  readonly policy: string
  readonly usesLeft: number | undefined
  /** Where its claims are, or would be. */
  readonly shard: number
  readonly #parts: AdmissionParts
  readonly #settlement: Settlement
  readonly #emit: Emit
  #settled: Settled | Promise<Settled> | undefined
  #finished: Promise<void> | undefined
  #undone = false
  #seal: string | undefined

  constructor(parts: AdmissionParts, settlement: Settlement, emit: Emit) {
    const { policy, caller, way, taken, usesLeft, resumed } = parts
    this.way = way
    this.caller = caller.caller
    this.policy = policy.name
    this.usesLeft = usesLeft
    this.shard = taken.claims[0]?.shard ?? caller.shard
    this.#parts = parts
    this.#settlement = settlement
    this.#emit = emit
    settlement.open(taken)
    const type = resumed === true ? 'resumed' : 'admitted'
    emit({ type, policy: policy.name, way, callerClass: caller.caller.class })
  }

  remaining(role: WindowRole): number | undefined {
    const windows = this.#parts.passage.windows().filter(({ window }) => window.role === role)
    return windows.length === 0 ? undefined : Math.min(...windows.map(({ state }) => state.remaining))
  }

  async giveBack(): Promise<void> {
    await this.#settle(true)
    if (this.#seal !== undefined) await this.#recall(this.#seal)
  }

  /**
   * Lets the call wait for its client's next round under a seal (R34).
   * @returns false when the store would not hold it; a paid use is then given back
   */
  async hold(seal: string): Promise<boolean> {
    if (this.#settled !== undefined) return false
    this.#settled = this.#hold(seal)
    return (await this.#settled) === 'held'
  }

  /** The handler ended. */
  finish(ending: Ending): Promise<void> {
    return (this.#finished ??= this.#finish(ending))
  }

  /** The handler was not started, or an inner policy refused: everything is given back (R4). */
  undo(): Settled | Promise<Settled> {
    this.#undone = true
    // Rounds before this one were served, so what a resumed call gives back is counted.
    if (this.#parts.resumed === true) return this.#settle(true)
    return (this.#settled ??= this.#settlement.undo(this.#parts.taken))
  }

  #settle(giveBack: boolean): Settled | Promise<Settled> {
    return (this.#settled ??= this.#settlement.end(this.#parts.taken, this.policy, giveBack))
  }

  async #hold(seal: string): Promise<Settled> {
    const { taken } = this.#parts
    const held = await this.#settlement.hold(taken, seal, this.shard)
    if (!held) return await this.#settlement.end(taken, this.policy, true)
    this.#seal = seal
    return 'held'
  }

  /** Uses the seal up before the claims are given back: whoever has it would go on for nothing. */
  async #recall(seal: string): Promise<void> {
    this.#seal = undefined
    const claims = await this.#settlement.resume(seal, this.shard)
    if (claims === undefined) return
    this.#settled = this.#settlement.end({ ...this.#parts.taken, claims }, this.policy, true)
    await this.#settled
  }

  async #finish(ending: Ending): Promise<void> {
    const { policy, way } = this
    const kind = this.#wasStarted(ending) ? ending.kind : 'notStarted'
    const claims = await (kind === 'notStarted'
      ? this.undo()
      : this.#settle(isGivenBack(ending, this.#parts.policy)))
    const status = kind === 'notStarted' ? undefined : statusOf(ending)
    this.#emit({ type: 'ended', policy, way, ending: kind, status, claims })
  }

  /** What the adapter reports is how the answer went; an inner policy may have kept the handler from starting. */
  #wasStarted({ kind }: Ending): boolean {
    if (kind === 'notStarted' || this.#undone) return false
    return kind !== 'aborted' || !this.#parts.passage.isUndecided()
  }
}

/** What an answer says of an admission. */
export interface PassFields {
  /** The admission that stands for the whole request (R25). */
  readonly speaker: Admission
  readonly headers: Record<string, string>
}

/** The pass of an admitted call. */
export function createPass(call: AdmittedCall, { speaker, headers }: PassFields, hold: Pass['hold']): Pass {
  const { way, usesLeft } = speaker
  headers[ADMISSION_HEADER] = usesLeft === undefined ? way : `${way};uses=${usesLeft}`
  return {
    outcome: 'pass',
    proven: way !== 'free' && way !== 'observed',
    headers,
    admission: speaker,
    finish: (ending) => call.finish(ending),
    hold,
  }
}

/** The engine decides the money (R31): once headers are out, every ending keeps; an abort is no refund. */
function isGivenBack(ending: Ending, policy: Policy): boolean {
  switch (ending.kind) {
    case 'completed':
      return wantsGiveBack(policy, ending.status)
    case 'errored':
      return ending.status === undefined
    case 'aborted':
      return false
    case 'notStarted':
      return true
  }
}

/** An operator's function that fails must not cost the caller what was paid. */
function wantsGiveBack({ giveBackOn }: Policy, status: number): boolean {
  try {
    return giveBackOn(status)
  } catch {
    return true
  }
}

function statusOf(ending: Ending): number | undefined {
  return ending.kind === 'notStarted' ? undefined : ending.status
}
