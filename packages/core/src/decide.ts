import { AdmittedCall } from './admission.ts'
import { type Purchase, purchaseOf } from './books.ts'
import type { CountedCaller } from './caller.ts'
import type { Decision, Pass, Refusal, Way } from './decision.ts'
import type { Engine } from './engine.ts'
import { within } from './deadline.ts'
import { holdablePass } from './hold.ts'
import type { Passage } from './passage.ts'
import { type Plan, planDecision } from './plan.ts'
import type { Policy } from './policy.ts'
import type { Payment, Presented, RailContext } from './rail.ts'
import { rateLimitFields, type ShownWindow, showWindows } from './rate-limit-fields.ts'
import { refuse, type Unadmitted } from './refuse.ts'
import { askUntilSettled } from './settle-first.ts'
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
    view,
    policy: policy.name,
    mayMint: false,
  }
  const presented = present(engine, policy, view)
  const plan = planDecision(policy, policy.windows(view), caller, { presented, context })
  if (plan.unsettled !== undefined) return decideUnsettled(engine, question, plan, context)
  return whenKnown(askStore(engine, plan.request), (answer) =>
    conclude(engine, question, { plan, answer, context }),
  )
}

async function decideUnsettled(
  engine: Engine,
  question: Question,
  plan: Plan,
  context: RailContext,
): Promise<Decision> {
  const asked = await askUntilSettled(engine, plan, context)
  return await conclude(engine, question, { ...asked, context })
}

interface Concluded {
  readonly plan: Plan
  readonly answer: StoreAnswer
  readonly context: RailContext
}

function conclude(
  engine: Engine,
  question: Question,
  { plan, answer, context }: Concluded,
): Decision | Promise<Decision> {
  return answer.outcome === 'admitted'
    ? pass(engine, question, { plan, answer, context })
    : turnAway(engine, { ...question, plan, answer, context })
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
  { plan, answer, context }: Concluded & { readonly answer: Extract<StoreAnswer, { outcome: 'admitted' }> },
): Pass {
  const taken = plan.ways[answer.way]
  const usesLeft = answer.usesLeft.length === 0 ? undefined : Math.min(...answer.usesLeft)
  const purchase = taken?.payment && enterClaim(engine, context, taken.payment, usesLeft)
  return cross(engine, question, {
    way: taken?.way ?? 'free',
    windows: [
      ...showWindows(plan.ceiling, answer.common),
      ...showWindows(taken?.windows ?? [], answer.windows),
    ],
    taken: {
      claims: taken?.take.claims ?? [],
      windows: () => refundable(plan.request, answer),
      purchase,
    },
    usesLeft,
  })
}

/** A payment that nobody looked up is taken for settled when its first use is. */
function enterClaim(
  { book }: Engine,
  context: RailContext,
  payment: Payment,
  usesLeft: number | undefined,
): Purchase {
  const purchase = purchaseOf(context, payment)
  if (payment.onTrust === true && usesLeft === payment.uses - 1) book.enter('settled', purchase)
  book.enter('claimed', purchase)
  return purchase
}

interface Toll {
  readonly way: Way
  readonly windows: readonly ShownWindow[]
  readonly taken: Taken
  readonly usesLeft: number | undefined
}

/** Enters the call among those of the request, and lets one admission speak for them all. */
function cross(engine: Engine, question: Question, toll: Toll): Pass {
  const { policy, caller, passage } = question
  const { way, windows, taken, usesLeft } = toll
  const call = new AdmittedCall(
    { policy, caller, passage, way, taken, usesLeft },
    engine.settlement,
    engine.emit,
  )
  const speaker = passage.cross({ policy, call, windows })
  const legacyAtMs = engine.options.legacyHeaders === true ? engine.now() : undefined
  const headers = rateLimitFields(passage.windows(), legacyAtMs)
  return holdablePass(engine, question, call, { speaker, headers })
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
  const undone = passage.turnBack()
  return undone === undefined ? refusal : refuseSoon(refusal, undone)
}

/** The caller may come again at once, so what is given back should be; but a store that fails keeps nobody waiting (R16). */
async function refuseSoon(refusal: Refusal, undone: Promise<unknown>): Promise<Refusal> {
  await within(UNDO_WAIT_MS, async () => await undone).catch(() => undefined)
  return refusal
}

const UNDO_WAIT_MS = 250

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
