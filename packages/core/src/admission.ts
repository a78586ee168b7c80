import { ADMISSION_HEADER, type ProblemCode } from '@turnpike/protocol'
import type { CallMeter } from './call-meter.ts'
import type { Caller, CountedCaller } from './caller.ts'
import type { Admission, Pass, Way } from './decision.ts'
import type { Emit } from './emitter.ts'
import { TurnpikeError } from './errors.ts'
import type { Identity } from './identity.ts'
import { isSlot } from './in-flight.ts'
import { MOST_UNITS } from './meter.ts'
import type { Passage } from './passage.ts'
import type { Policy } from './policy.ts'
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
  /** What it uses of the policy's meters; none by default. */
  readonly meters?: readonly CallMeter[] | undefined
  /** Of the scarcest credential; undefined when none was spent. */
  readonly usesLeft: number | undefined
  /** It goes on with a call that was held (R34): handlers ran for it before. */
  readonly resumed?: true
  /** Who the caller has proven to be; nobody by default. */
  readonly identities?: readonly Identity[] | undefined
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
  readonly identities: readonly Identity[]
  /** Where its claims are, or would be. */
  readonly shard: number
  readonly meters: readonly CallMeter[]
  readonly #parts: AdmissionParts
  readonly #settlement: Settlement
  readonly #emit: Emit
  #settled: Settled | Promise<Settled> | undefined
  #finished: Promise<void> | undefined
  #undone = false
  #seal: string | undefined
  #left: Promise<unknown> | undefined
  #signals: Map<string | undefined, AbortController> | undefined

  constructor(parts: AdmissionParts, settlement: Settlement, emit: Emit) {
    const { policy, caller, way, taken, meters = NO_METERS, usesLeft, identities = NOBODY, resumed } = parts
    this.way = way
    this.caller = caller.caller
    this.policy = policy.name
    this.usesLeft = usesLeft
    this.identities = identities
    this.meters = meters
    this.shard = taken.claims[0]?.shard ?? caller.shard
    this.#parts = parts
    this.#settlement = settlement
    this.#emit = emit
    settlement.open(taken)
    const type = resumed === true ? 'resumed' : 'admitted'
    emit({ type, policy: policy.name, way, callerClass: caller.caller.class })
  }

  remaining(name: string): number | undefined {
    const { passage } = this.#parts
    if (passage.hasMeter(name)) return leastKnown(passage.meters(name))
    const windows = passage.windows().filter(({ window }) => window.role === name)
    return windows.length === 0 ? undefined : Math.min(...windows.map(({ state }) => state.remaining))
  }

  meter(name: string, used: number): void {
    if (!Number.isInteger(used) || used < 0 || used > MOST_UNITS) throw invalidUnits(name, used)
    for (const meter of this.#metersOf(name)) meter.use(used)
  }

  signal(name?: string): AbortSignal {
    const signals = (this.#signals ??= new Map<string | undefined, AbortController>())
    const known = signals.get(name)
    if (known !== undefined) return known.signal
    const meters = this.#metersOf(name)
    const controller = new AbortController()
    signals.set(name, controller)
    for (const meter of meters) meter.watch(controller)
    return controller.signal
  }

  /** Is there something to settle when it ends? Work was spent at once (R12), and windows are (R31). */
  get owesEnding(): boolean {
    const { claims, slot } = this.#parts.taken
    return slot !== undefined || this.meters.length > 0 || claims.some(({ lapse }) => lapse !== 'keep')
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
    const left = this.#leave(false)
    // Rounds before this one were served, so what a resumed call gives back is counted.
    const settled = this.#parts.resumed === true ? this.#settle(true) : this.#unsettle()
    return left === undefined ? settled : left.then(() => settled)
  }

  #unsettle(): Settled | Promise<Settled> {
    return (this.#settled ??= this.#settlement.undo(this.#parts.taken))
  }

  /** It runs no more: its slot is free, and its meters are made exact. Undefined where it has neither. */
  #leave(hasBegun: boolean): Promise<unknown> | undefined {
    const { slot } = this.#parts.taken
    if (this.#left !== undefined || (slot === undefined && this.meters.length === 0)) return this.#left
    const freed = slot === undefined || this.#seal !== undefined ? undefined : this.#settlement.free(slot)
    const ended = this.meters.map((meter) => (hasBegun ? meter.end() : meter.undo()))
    this.#left = Promise.all([freed, ...ended])
    return this.#left
  }

  #metersOf(name: string | undefined): readonly CallMeter[] {
    const { passage } = this.#parts
    if (name !== undefined && !passage.hasMeter(name)) throw unknownMeter(name, this.policy)
    return passage.meters(name)
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
    const { slot } = this.#parts.taken
    if (slot !== undefined && claims.some(isSlot)) await this.#settlement.free(slot)
    this.#settled = this.#settlement.end({ ...this.#parts.taken, claims }, this.policy, true)
    await this.#settled
  }

  async #finish(ending: Ending): Promise<void> {
    const { policy, way } = this
    const kind = this.#wasStarted(ending) ? ending.kind : 'notStarted'
    const left = kind === 'notStarted' ? undefined : this.#leave(true)
    // Policies outside may watch nothing; whoever was to start the handler speaks for all of them (R4).
    if (ending.kind === 'notStarted') await this.#parts.passage.turnBack()
    const claims = await (kind === 'notStarted'
      ? this.undo()
      : this.#settle(isGivenBack(ending, this.#parts.policy)))
    if (left !== undefined) await left
    const status = kind === 'notStarted' ? undefined : statusOf(ending)
    if (kind !== 'notStarted') {
      for (const { name, spent } of this.meters) {
        this.#emit({ type: 'metered', policy, meter: name, units: spent })
      }
    }
    this.#emit({ type: 'ended', policy, way, ending: kind, status, claims })
  }

  /** What the adapter reports is how the answer went; an inner policy may have kept the handler from starting. */
  #wasStarted({ kind }: Ending): boolean {
    if (kind === 'notStarted' || this.#undone) return false
    return kind !== 'aborted' || !this.#parts.passage.isUndecided()
  }
}

const NO_METERS: readonly CallMeter[] = []
const NOBODY: readonly Identity[] = []

/** Of all meters of one name; undefined where the store has not said. */
function leastKnown(meters: readonly CallMeter[]): number | undefined {
  const least = Math.min(...meters.map(({ remaining }) => remaining))
  return Number.isFinite(least) ? least : undefined
}

function unknownMeter(name: string, policy: string): TurnpikeError {
  return new TurnpikeError(
    'meter_unknown',
    `the policy '${policy}' has no meter '${name}'; name it in \`meters\`: { ${name}: { limit, estimate } }`,
  )
}

function invalidUnits(name: string, used: number): TurnpikeError {
  return new TurnpikeError(
    'meter_invalid',
    `meter('${name}', ${String(used)}): report whole units, 0 to ${MOST_UNITS}; check that the upstream did say what it used`,
  )
}

/** What an answer says of an admission. */
export interface PassFields {
  /** The admission that stands for the whole request (R25). */
  readonly speaker: Admission
  readonly headers: Record<string, string>
  /** Why the caller is not who it says, though it may pass (R3). */
  readonly unproven?: ProblemCode | undefined
}

/** The pass of an admitted call. */
export function createPass(
  call: AdmittedCall,
  { speaker, headers, unproven }: PassFields,
  { hold, awaitsEnding }: Pick<Pass, 'hold' | 'awaitsEnding'>,
): Pass {
  const { way, usesLeft } = speaker
  const uses = usesLeft === undefined ? '' : `;uses=${usesLeft}`
  headers[ADMISSION_HEADER] = unproven === undefined ? way + uses : `${way}${uses};unproven=${unproven}`
  return {
    outcome: 'pass',
    proven: way !== 'free' && way !== 'observed',
    headers,
    admission: speaker,
    awaitsEnding,
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
