import { enterAccess } from './access-entry.ts'
import { allot, type Reservation, type Unestimated } from './allotment.ts'
import { withAllotment } from './allotted-plan.ts'
import { type Purchase, purchaseOf } from './purchase.ts'
import { cross } from './cross.ts'
import type { Decision, Pass } from './decision.ts'
import type { Engine } from './engine.ts'
import { fullShared, type Metered, ownMeters, reserveShared, UNMETERED } from './metering.ts'
import { type Plan, planDecision } from './plan.ts'
import type { Policy } from './policy.ts'
import type { Question } from './question.ts'
import type { Payment, Presented, RailContext } from './rail.ts'
import { showWindows } from './rate-limit-fields.ts'
import type { Unadmitted } from './refuse.ts'
import type { RequestView } from './request.ts'
import { askUntilSettled } from './settle-first.ts'
import { askStore, type StoreAnswer } from './store-call.ts'
import type { ClaimTake } from './store.ts'
import { scarcest, takenBy } from './taken.ts'
import { refuseSoon, turnAway } from './turn-away.ts'
import { whenKnown } from './when-known.ts'

const NO_CLAIMS: readonly ClaimTake[] = []
const NONE_SHARED: readonly Reservation[] = []
const NONE_PRESENTED: readonly Presented[] = []

/** Plan, one atomic step in the store, answer (R1). */
export function decide(engine: Engine, question: Question): Decision | Promise<Decision> {
  const { view, policy, caller, findings, proofs } = question
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
  const windows = policy.windows(view)
  const plain = planDecision(policy, windows, caller, {
    presented,
    context,
    findings,
    proofs: proofs === undefined ? NO_CLAIMS : proofs.claims,
  })
  const allotment = allot(windows, caller, view, engine.callers)
  if ('complaint' in allotment)
    return refuseUnestimated(engine, question, { plan: plain, context }, allotment)
  const plan = withAllotment(plain, allotment)
  if (plan.unsettled !== undefined) return decideUnsettled(engine, question, plan, context)
  return whenKnown(askStore(engine, plan.request), (answer) =>
    conclude(engine, question, { plan, answer, context }),
  )
}

/** Nothing can be reserved for the call, and what is not reserved could be used many times over at once (R33). */
function refuseUnestimated(
  engine: Engine,
  question: Question,
  { plan, context }: Pick<Concluded, 'plan' | 'context'>,
  { meter, complaint }: Unestimated,
): Decision | Promise<Decision> {
  engine.warnings.atMostEachMinute(
    'estimate_invalid',
    `the policy '${question.policy.name}' refuses calls, because its estimate of '${meter}' does not work: ${complaint}`,
  )
  return turnAway(engine, { ...question, plan, answer: { outcome: 'unestimated' }, context })
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
  if (answer.outcome === 'admitted') {
    question.proofs?.used()
    const admitted = { plan, answer, context }
    const shared = plan.allotment?.shared ?? NONE_SHARED
    return shared.length === 0
      ? pass(engine, question, admitted, UNMETERED)
      : passShared(engine, question, admitted, shared)
  }
  if (question.proofs !== undefined && isReplay(plan, answer)) return question.proofs.replayed()
  const { view, policy, asked, caller, passage, findings, proofs } = question
  // Member by member: a spread that grows is a kilobyte, and what a decision throws away is a third of what it costs.
  const unadmitted = { view, policy, asked, caller, passage, findings, proofs, plan, answer, context }
  const sharesBudget = answer.outcome === 'refused' && question.policy.demands && plan.allotment?.shared
  return sharesBudget && sharesBudget.length > 0
    ? turnAwayShared(engine, unadmitted, sharesBudget)
    : turnAway(engine, unadmitted)
}

/** Nothing is sold that a budget of many callers would refuse right after (R5). */
async function turnAwayShared(
  engine: Engine,
  unadmitted: Unadmitted,
  reservations: readonly Reservation[],
): Promise<Decision> {
  const full = await fullShared(engine, reservations)
  return await turnAway(engine, { ...unadmitted, ...full })
}

/** Did a way stay shut because of a proof? */
function isReplay({ ways }: Plan, answer: StoreAnswer): boolean {
  if (answer.outcome !== 'refused') return false
  return ways.some(({ take }, way) =>
    take.claims.some(({ proof }, index) => {
      const outcome = answer.ways[way]?.claims[index]
      return proof === true && outcome !== undefined && outcome !== 'claimed'
    }),
  )
}

/** Credentials of any kind that the policy takes. */
function present({ rails }: Engine, { ways }: Policy, view: RequestView): readonly Presented[] {
  let found = NONE_PRESENTED
  for (const { rail } of ways) {
    const read = rails.get(rail)?.read(view) ?? NONE_PRESENTED
    if (read.length > 0) found = found.length === 0 ? read : [...found, ...read]
  }
  return found
}

interface Admitted extends Concluded {
  readonly answer: Extract<StoreAnswer, { outcome: 'admitted' }>
}

function pass(engine: Engine, question: Question, admitted: Admitted, shared: Metered): Pass {
  const { plan, answer, context } = admitted
  const taken = plan.ways[answer.way]
  const usesLeft = scarcest(taken?.take.claims ?? NO_CLAIMS, answer.usesLeft)
  const purchase = taken?.payment && enterClaim(engine, context, taken.payment, usesLeft)
  const common = showWindows(taken?.ownCommon ?? plan.ceilings, answer.common)
  const own = showWindows(taken?.windows ?? [], answer.windows)
  // Most calls are counted by windows of their own alone: no list is copied for them.
  const windows = common.length + shared.shown.length === 0 ? own : [...common, ...own, ...shared.shown]
  const meters = plan.allotment && [...ownMeters(engine, plan, answer, windows), ...shared.meters]
  const way = taken?.way ?? 'free'
  enterAccess(engine, question, { outcome: 'admitted', way })
  const held = takenBy(engine, admitted, purchase)
  return cross(engine, question, { way, windows, taken: held, meters, usesLeft })
}

/** Asks for the budgets that many callers share; what was taken before comes back when one of them refuses. */
async function passShared(
  engine: Engine,
  question: Question,
  admitted: Admitted,
  reservations: readonly Reservation[],
): Promise<Decision> {
  const { settlement } = engine
  const shared = await reserveShared(engine, reservations)
  if ('meters' in shared) return pass(engine, question, admitted, shared)
  const taken = takenBy(engine, admitted, undefined)
  const own = ownMeters(engine, admitted.plan, admitted.answer, [])
  const undone = [settlement.undo(taken), taken.slot && settlement.free(taken.slot)]
  await refuseSoon(undefined, Promise.all([...undone, ...own.map((meter) => meter.undo())]))
  return await turnAway(engine, { ...question, ...shared, context: admitted.context })
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
