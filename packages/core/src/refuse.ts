import type { Offer, ProblemCode } from '@turnpike/protocol'
import type { Question } from './question.ts'
import { outage, type Undecided } from './outage.ts'
import type { Refusal } from './decision.ts'
import type { Engine } from './engine.ts'
import { isSlot } from './in-flight.ts'
import { fits, judge, type JudgedWay } from './judged-way.ts'
import { ISSUED_LIMIT, type Plan } from './plan.ts'
import type { Offered, Presented, RailContext, Unoffered } from './rail.ts'
import { type ShownWindow, showWindows } from './rate-limit-fields.ts'
import { createRefusal, type RefusalParts } from './refusal.ts'
import type { AdmitOutcome, WindowState } from './store.ts'
import type { StoreAnswer } from './store-call.ts'
import { identityTrouble, type IdentityTrouble, invitations } from './standing.ts'
import { isPromise, whenKnown } from './when-known.ts'

/** A decision that admitted nobody. */
export interface Unadmitted extends Question {
  readonly plan: Plan
  readonly answer: Exclude<StoreAnswer, { outcome: 'admitted' }> | Undecided
  readonly context: RailContext
}

type Refused = Extract<AdmitOutcome, { outcome: 'refused' }>

/** Turns what the store said into the answer for the caller: 402, 409, 429 or 503 (R32). */
export function refuse(engine: Engine, unadmitted: Unadmitted): Refusal | Promise<Refusal> {
  const { answer, context, view } = unadmitted
  const parts = answer.outcome === 'refused' ? explain(engine, unadmitted, answer) : outage(answer)
  const style = {
    resource: context.resource.text,
    howToRepeat: view.howToRepeat,
    howToPay: view.howToPay,
    commandHint: engine.options.commandHint ?? true,
    legacyAtMs: engine.options.legacyHeaders === true ? engine.now() : undefined,
  }
  return whenKnown(parts, (known) => createRefusal(known, style))
}

function explain(
  engine: Engine,
  unadmitted: Unadmitted,
  answer: Refused,
): RefusalParts | Promise<RefusalParts> {
  const { plan, policy, findings } = unadmitted
  const ceiling = showWindows(plan.ceilings, answer.common)
  const isUnderCeiling = ceiling.every(fits)
  const ways = plan.ways.map((way, index) => judge(way, answer.ways[index], isUnderCeiling))
  const full = ways.find((way) => way.ceiling !== undefined)?.ceiling
  if (full !== undefined) return limited(ceilingCode(full), full, wait(full))
  const trouble = identityTrouble(policy, findings)
  if (!isUnderCeiling && !ways.some((way) => way.open) && !isOfNeighbours(unadmitted, trouble))
    return { ...limited(ceilingCode(ceiling), ceiling, wait(ceiling)), ...invitation(unadmitted) }
  if (isOutOfSlots(plan, answer)) return { code: 'in_flight_limit', windows: ceiling, waitMs: SLOT_WAIT_MS }
  const windows = ways.reduce<readonly ShownWindow[]>((all, way) => joined(all, way.windows), ceiling)
  // Free comes first, if it is open at all (R2).
  const free = ways[0]?.way.way === 'free' ? ways[0].windows : NO_WINDOWS
  const waitMs = free.length === 0 ? undefined : wait(joined(ceiling, free))
  if (policy.ways.length === 0 && trouble === undefined)
    return { ...limited('limit_reached', windows, waitMs), free }
  const issued = answer.otherwise[0]
  if (issued !== undefined && issued.retryMs !== 0) {
    return { ...limited('issue_flood', windows, issued.retryMs), violated: [] }
  }
  return demand(engine, unadmitted, {
    ways,
    windows,
    free,
    waitMs,
    trouble,
    recent: recentCalls(issued),
    mint: answer.otherwise.slice(1),
    atMs: answer.atMs,
  })
}

/**
 * Is the ceiling that of an address, and what is wrong a token that was shown? Whoever shows a good one is not counted there
 * (R5), and nobody renews a token that was not refused.
 */
function isOfNeighbours({ caller }: Unadmitted, trouble: IdentityTrouble | undefined): boolean {
  return caller.caller.byAddress && trouble !== undefined && trouble.code !== 'identity_required'
}

/** The same for who has shown nothing. */
function invitation({
  caller,
  policy,
  findings,
}: Unadmitted): Pick<RefusalParts, 'authenticate' | 'identify'> {
  const invited = caller.caller.byAddress ? invitations(policy.ways, findings) : []
  return { authenticate: invited, identify: invited }
}

interface Standing {
  readonly ways: readonly JudgedWay[]
  readonly windows: readonly ShownWindow[]
  readonly free: readonly ShownWindow[]
  readonly waitMs: number | undefined
  /** What is wrong with who calls, where that is what it is about (R32). */
  readonly trouble: IdentityTrouble | undefined
  readonly recent: number
  /** Windows that limit the caller's invoices (R24). */
  readonly mint: readonly WindowState[]
  readonly atMs: number
}

/** Do as many calls of the caller run as may? No offer would help. */
function isOutOfSlots({ allotment, ways }: Plan, answer: Refused): boolean {
  if (allotment?.slot === undefined) return false
  return ways.some(({ take }, way) =>
    take.claims.some((claim, index) => isSlot(claim) && answer.ways[way]?.claims[index] === 'inFlight'),
  )
}

/** Nobody knows when a call will end. */
const SLOT_WAIT_MS = 1000

/** Where it makes no sense to offer anything: to wait is all that there is to do. */
const NO_OFFERS: ReadonlySet<ProblemCode> = new Set(['credential_in_use', 'lightning_down', 'price_unknown'])

/** 402 with an offer per way that could admit the call now; 401 and 403 say who should call; 409 and 429 where no offer would help. */
function demand(
  engine: Engine,
  unadmitted: Unadmitted,
  standing: Standing,
): RefusalParts | Promise<RefusalParts> {
  const { ways, windows, free, waitMs, trouble } = standing
  const code = trouble?.code ?? ways.find((way) => way.fault !== undefined)?.fault ?? 'proof_required'
  if (NO_OFFERS.has(code)) return { code, windows, waitMs: 1000 }
  const open = ways.filter((way) => way.open)
  const invited = invitations(unadmitted.policy.ways, unadmitted.findings)
  if (open.length === 0 && trouble === undefined) {
    const waits = [waitMs, ...ways.filter(({ way }) => way.prepared).map((way) => wait(way.windows))]
    const reached = limited('quota_reached', windows, shortest(waits))
    return { ...reached, free, status: 429, authenticate: invited, identify: invited }
  }
  return whenKnown(makeOffers(unadmitted, open, standing), (made) => {
    const offers = made.filter(isOffer)
    if (offers.length > 0) {
      const { policy, caller } = unadmitted
      engine.emit({ type: 'issued', policy: policy.name, callerClass: caller.caller.class })
    }
    const lines = authenticate(engine, offers)
    const parts = {
      code,
      detail: trouble?.detail,
      offers,
      authenticate: trouble === undefined ? joined(lines, invited) : joined(trouble.challenges, lines),
      identify: trouble === undefined ? invited : trouble.challenges,
      windows,
      free,
      waitMs: code === 'identity_unavailable' ? ARRIVAL_MS : waitMs,
    }
    const [reason] = offers.length > 0 ? [] : made.filter(isUnoffered)
    return reason === undefined ? arriving(parts, open) : withoutOffers(parts, reason, standing)
  })
}

/** A payment that is on its way may have arrived when the caller comes again. */
function arriving(parts: RefusalParts, open: readonly JudgedWay[]): RefusalParts {
  const isOnItsWay = open.some(
    ({ way, fault }) => fault === 'credential_unsettled' && way.payment !== undefined,
  )
  return isOnItsWay ? { ...parts, free: [], waitMs: ARRIVAL_MS } : parts
}

/** Nobody is refused with 402 and left without a way on, unless the fault is the credential's own. */
function withoutOffers(
  parts: RefusalParts,
  { unoffered, waitMs }: Unoffered,
  { mint, waitMs: freeMs }: Standing,
): RefusalParts {
  const code = parts.code === 'proof_required' ? unoffered : parts.code
  const mintMs = unoffered === 'issue_flood' ? Math.max(1, ...mint.map(({ retryMs }) => retryMs)) : undefined
  const soonest = shortest([waitMs ?? mintMs ?? ARRIVAL_MS, freeMs])
  return { ...parts, code, waitMs: soonest, free: soonest === freeMs ? (parts.free ?? []) : [] }
}

const ARRIVAL_MS = 1000

/** Dated by the store's clock, which will judge them (R13). A policy that only observes makes none: nobody would see them. */
function makeOffers(
  { policy, context, view }: Unadmitted,
  open: readonly JudgedWay[],
  { recent, mint, atMs }: Standing,
): readonly Offered[] | Promise<readonly Offered[]> {
  if (policy.mode === 'observe') return []
  const { caller, resource, shard } = context
  const mayMint = mint.every(({ retryMs }) => retryMs === 0)
  const now: RailContext = {
    caller,
    resource,
    shard,
    view,
    policy: policy.name,
    recent,
    nowMs: atMs,
    mayMint,
  }
  const offers = open.map(({ way, fault }) =>
    way.prepared?.offer(now, fault === 'credential_unsettled' ? way.shown : NONE_SHOWN),
  )
  return areMade(offers) ? offers : Promise.all(offers.map(async (offer) => await offer))
}

const NONE_SHOWN: readonly Presented[] = []
const NO_WINDOWS: readonly ShownWindow[] = []

function areMade(offers: readonly (Offered | Promise<Offered>)[]): offers is readonly Offered[] {
  return !offers.some(isPromise)
}

function isOffer(offered: Offered): offered is Offer {
  return offered !== undefined && 'rail' in offered
}

function isUnoffered(offered: Offered): offered is Unoffered {
  return offered !== undefined && 'unoffered' in offered
}

/** Lightning first: the oldest clients read only the first challenge. */
function authenticate(engine: Engine, offers: readonly Offer[]): readonly string[] {
  const ordered =
    offers.length === 1
      ? offers
      : offers.toSorted((a, b) => Number(b.rail === 'lightning') - Number(a.rail === 'lightning'))
  return ordered.map((offer) => engine.rails.get(offer.rail)?.authenticate(offer) ?? '')
}

function limited(
  code: ProblemCode,
  windows: readonly ShownWindow[],
  waitMs: number | undefined,
): RefusalParts {
  return {
    code,
    windows,
    waitMs,
    violated: windows.filter((shown) => !fits(shown)).map(({ window }) => window.label),
  }
}

/** Whose calls were too many: the caller's own, or those of its whole account or network; else a budget is used up. */
function ceilingCode(ceilings: readonly ShownWindow[]): ProblemCode {
  const full = new Set(ceilings.flatMap((shown) => (fits(shown) ? [] : shown.window.role)))
  if (full.has('ceiling')) return 'ceiling_reached'
  return full.has('subjectCeiling') ? 'subject_ceiling_reached' : 'meter_exhausted'
}

/** Until all of them fit; undefined when one never will, or all do. */
function wait(windows: readonly ShownWindow[]): number | undefined {
  let longest = 0
  for (const { state } of windows) {
    if (state.retryMs === -1) return undefined
    longest = Math.max(longest, state.retryMs)
  }
  return longest === 0 ? undefined : longest
}

function shortest(waits: readonly (number | undefined)[]): number | undefined {
  const known = waits.filter((ms) => ms !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** The challenge about to be issued is counted among them already. */
function recentCalls(issued: WindowState | undefined): number {
  return issued === undefined ? 0 : ISSUED_LIMIT - issued.remaining
}

/** One list after another; most refusals have something in one of them alone, and copy nothing. */
function joined<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  if (first.length === 0) return second
  return second.length === 0 ? first : [...first, ...second]
}
