import { admit } from './admission.ts'
import type { CountedCaller } from './caller.ts'
import type { Decision, Refusal } from './decision.ts'
import type { Engine } from './engine.ts'
import type { Passage } from './passage.ts'
import { type Plan, planDecision } from './plan.ts'
import type { Policy } from './policy.ts'
import type { RailContext } from './rail.ts'
import { rateLimitFields, showWindows } from './rate-limit-fields.ts'
import { refuse } from './refuse.ts'
import type { RequestView } from './request.ts'
import type { Taken } from './settlement.ts'
import { askStore } from './store-call.ts'
import type { AdmitOutcome, AdmitRequest, WindowAdjustment, WindowTake } from './store.ts'

/** One policy's decision on one request, with the caller known. */
export interface Question {
  readonly view: RequestView
  readonly policy: Policy
  readonly caller: CountedCaller
  readonly passage: Passage
}

/** Plan, one atomic step in the store, answer (R1). */
export async function decide(engine: Engine, question: Question): Promise<Decision> {
  const { view, policy, caller } = question
  const context: RailContext = {
    caller: caller.caller,
    resource: policy.resource(view),
    shard: caller.shard,
    nowMs: engine.now(),
    recent: 0,
  }
  const presented = policy.ways.flatMap((way) => engine.rails.get(way.rail)?.read(view) ?? [])
  const plan = planDecision(policy, policy.windows(view), caller, { presented, context })
  const answer = await askStore(engine, plan.request)
  if (answer.outcome === 'admitted') return pass(engine, question, plan, answer)
  const refusal = await refuse(engine, { ...question, plan, answer, context })
  return policy.mode === 'observe'
    ? letThrough(engine, question, refusal)
    : await turnBack(engine, question, refusal)
}

function pass(
  engine: Engine,
  { policy, caller, passage }: Question,
  plan: Plan,
  answer: Extract<AdmitOutcome, { outcome: 'admitted' }>,
): Decision {
  const taken = plan.ways[answer.way]
  const own = [
    ...showWindows(plan.ceiling, answer.common),
    ...showWindows(taken?.windows ?? [], answer.windows),
  ]
  const windows = [...passage.outerWindows(), ...own]
  const { pass: passed, undo } = admit(
    {
      policy,
      caller,
      way: taken?.way ?? 'free',
      windows,
      taken: { claims: taken?.take.claims ?? [], windows: refundable(plan.request, answer) },
      usesLeft: answer.usesLeft.length === 0 ? undefined : Math.min(...answer.usesLeft),
      fields: rateLimitFields(windows, engine.options.legacyHeaders === true ? engine.now() : undefined),
    },
    engine.settlement,
    engine.emit,
  )
  passage.cross({ undo, windows: own })
  return passed
}

/** Everything that this decision took from windows, as what would take it back. */
function refundable(
  request: AdmitRequest,
  { way, atMs }: Extract<AdmitOutcome, { outcome: 'admitted' }>,
): readonly WindowAdjustment[] {
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

async function turnBack(
  engine: Engine,
  { policy, caller, passage }: Question,
  refusal: Refusal,
): Promise<Refusal> {
  await passage.turnBack()
  const { status, code } = refusal
  engine.emit({
    type: 'refused',
    policy: policy.name,
    status,
    code,
    callerClass: caller.caller.class,
  })
  return refusal
}

const NOTHING: Taken = { claims: [], windows: [] }

/** The policy only observes: report the refusal, and let the call through as it is. */
function letThrough(engine: Engine, { policy, caller, passage }: Question, refusal: Refusal): Decision {
  const { status, code } = refusal
  engine.emit({
    type: 'observed',
    policy: policy.name,
    status,
    code,
    callerClass: caller.caller.class,
  })
  const { pass: passed, undo } = admit(
    { policy, caller, way: 'observed', windows: [], taken: NOTHING, usesLeft: undefined, fields: {} },
    engine.settlement,
    engine.emit,
  )
  passage.cross({ undo, windows: [] })
  return passed
}
