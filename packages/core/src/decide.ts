import { AdmittedCall, createPass } from './admission.ts'
import type { CountedCaller } from './caller.ts'
import type { Decision, Pass, Refusal, Way } from './decision.ts'
import type { Engine } from './engine.ts'
import type { Passage } from './passage.ts'
import { type Plan, planDecision } from './plan.ts'
import type { Policy } from './policy.ts'
import type { Presented, RailContext } from './rail.ts'
import { rateLimitFields, type ShownWindow, showWindows } from './rate-limit-fields.ts'
import { refuse, type Unadmitted } from './refuse.ts'
import { whenKnown } from './when-known.ts'
import type { RequestView } from './request.ts'
import type { Taken } from './settlement.ts'
import { askStore, type StoreAnswer } from './store-call.ts'
import type { AdmitRequest, WindowAdjustment, WindowTake } from './store.ts'

/** One policy's decision on one request, with the caller known. */
export interface Question {
  readonly view: RequestView
  readonly policy: Policy
  readonly caller: CountedCaller
  readonly passage: Passage
}

/** Plan, one atomic step in the store, answer (R1). */
export function decide(engine: Engine, question: Question): Decision | Promise<Decision> {
  const { view, policy, caller } = question
  const context: RailContext = {
    caller: caller.caller,
    resource: policy.resource(view),
    shard: caller.shard,
    nowMs: engine.now(),
    recent: 0,
  }
  const presented = present(engine, policy, view)
  const plan = planDecision(policy, policy.windows(view), caller, { presented, context })
  return whenKnown(askStore(engine, plan.request), (answer) =>
    answer.outcome === 'admitted'
      ? pass(engine, question, plan, answer)
      : turnAway(engine, { ...question, plan, answer, context }),
  )
}

/** Credentials of any kind that the policy takes. */
function present({ rails }: Engine, { ways }: Policy, view: RequestView): readonly Presented[] {
  const found: Presented[] = []
  for (const { rail } of ways) found.push(...(rails.get(rail)?.read(view) ?? []))
  return found
}

function turnAway(engine: Engine, unadmitted: Unadmitted): Decision | Promise<Decision> {
  return whenKnown(refuse(engine, unadmitted), (refusal) =>
    unadmitted.policy.mode === 'observe'
      ? letThrough(engine, unadmitted, refusal)
      : turnBack(engine, unadmitted, refusal),
  )
}

function pass(
  engine: Engine,
  question: Question,
  plan: Plan,
  answer: Extract<StoreAnswer, { outcome: 'admitted' }>,
): Pass {
  const taken = plan.ways[answer.way]
  return cross(engine, question, {
    way: taken?.way ?? 'free',
    windows: [
      ...showWindows(plan.ceiling, answer.common),
      ...showWindows(taken?.windows ?? [], answer.windows),
    ],
    taken: { claims: taken?.take.claims ?? [], windows: () => refundable(plan.request, answer) },
    usesLeft: answer.usesLeft.length === 0 ? undefined : Math.min(...answer.usesLeft),
  })
}

interface Toll {
  readonly way: Way
  readonly windows: readonly ShownWindow[]
  readonly taken: Taken
  readonly usesLeft: number | undefined
}

/** Enters the call among those of the request, and lets one admission speak for them all. */
function cross(engine: Engine, { policy, caller, passage }: Question, toll: Toll): Pass {
  const { way, windows, taken, usesLeft } = toll
  const call = new AdmittedCall(
    { policy, caller, passage, way, taken, usesLeft },
    engine.settlement,
    engine.emit,
  )
  const speaker = passage.cross({ policy, call, windows })
  const legacyAtMs = engine.options.legacyHeaders === true ? engine.now() : undefined
  return createPass(call, speaker, rateLimitFields(passage.windows(), legacyAtMs))
}

/** Everything that this decision took from windows, as what would take it back. */
function refundable(
  request: AdmitRequest,
  { way, atMs, isStandIn }: Extract<StoreAnswer, { outcome: 'admitted' }>,
): readonly WindowAdjustment[] {
  if (isStandIn === true) return []
  const taken = request.ways[way]
  const takes: readonly WindowTake[] = [...(taken?.common ?? request.common), ...(taken?.windows ?? [])]
  return takes.map(({ holder, id, windowMs, limit, cost }) => ({
    shard: request.shard,
    holder,
    id,
    windowMs,
    limit,
    atMs,
    units: -cost,
  }))
}

function turnBack(
  engine: Engine,
  { policy, caller, passage }: Question,
  refusal: Refusal,
): Refusal | Promise<Refusal> {
  const { status, code } = refusal
  engine.emit({ type: 'refused', policy: policy.name, status, code, callerClass: caller.caller.class })
  return whenKnown(passage.turnBack(), () => refusal)
}

const NO_TOLL: Toll = {
  way: 'observed',
  windows: [],
  taken: { claims: [], windows: () => [] },
  usesLeft: undefined,
}

/** The policy only observes: report the refusal, and let the call through as it is. */
function letThrough(engine: Engine, question: Question, { status, code }: Refusal): Pass {
  const { policy, caller } = question
  engine.emit({ type: 'observed', policy: policy.name, status, code, callerClass: caller.caller.class })
  return cross(engine, question, NO_TOLL)
}
