import { hexToBytes } from '@noble/hashes/utils.js'
import { encodeBase64url, type ProblemCode } from '@turnpike/protocol'
import type { Allotment } from './allotment.ts'
import type { CountedCaller } from './caller.ts'
import type { Way } from './decision.ts'
import type { Findings } from './identification.ts'
import type { PolicyWindow } from './policy-window.ts'
import type { Policy, PolicyWindows } from './policy.ts'
import { RECENT_WINDOW_MS } from './pow-difficulty.ts'
import type { Payment, PreparedWay, Presented, RailContext, Verdict } from './rail.ts'
import { standingOf } from './standing.ts'
import type { AdmitRequest, ClaimTake, WayTake, WindowTake } from './store.ts'

/** Challenges issued to a caller in a minute before the gate stops making them (R21). */
export const ISSUED_LIMIT = 1000
/** Credentials of one rail that are looked at; each costs the gate some work. */
const MOST_SHOWN = 4
/** Counts issued and redeemed challenges of a caller, whatever the policy. */
const ISSUED_WINDOW_ID = `issued ${RECENT_WINDOW_MS}`

/** One way of a plan; its `WayTake` stands at the same index of the request. */
export interface PlannedWay {
  readonly way: Way
  /** Its own windows, a ceiling counted for it alone first. */
  readonly windows: readonly PolicyWindow[]
  /** So many of `windows` are the ceiling's, counted by what was paid (R5). */
  readonly ownCeiling: number
  readonly take: WayTake
  /** What its own common windows are, where it is not counted by those of the request. */
  readonly ownCommon?: readonly PolicyWindow[]
  /** Undefined on the free way. */
  readonly prepared: PreparedWay | undefined
  /** It demands an identity that the caller has not shown: closed, whatever else is shown. */
  readonly barred: boolean
  /** Why the identity or the credential that was shown for this way cannot be used; undefined when it can, or none was shown. */
  readonly fault: ProblemCode | undefined
  /** Credentials that were shown for it. */
  readonly shown: readonly Presented[]
  /** What was paid for the credential that it goes by; undefined where nothing was. */
  readonly payment: Payment | undefined
}

/** A decision, ready for the store, and what its parts mean. */
export interface Plan {
  readonly request: AdmitRequest
  /** What the common windows of the request are. */
  readonly ceilings: readonly PolicyWindow[]
  readonly ways: readonly PlannedWay[]
  /** What the call takes besides: undefined where the policy has neither meters nor a limit of calls in flight. */
  readonly allotment?: Allotment
  /** Index of a way whose payment is not known to be settled; undefined: there is none (R26). */
  readonly unsettled: number | undefined
}

/** What a request has to show. */
export interface Found {
  readonly presented: readonly Presented[]
  /** What the policy's sources say of who calls. */
  readonly findings: Findings
  /** To be claimed on whichever way admits the call: a proof of possession is shown once (RFC 9449 §11.1). */
  readonly proofs: readonly ClaimTake[]
  readonly context: RailContext
}

/**
 * Lays out the ways in order (R2): free first, then as the policy lists them. Credentials are verified here, by
 * computation alone (R1); whether they are spent, only the store knows.
 */
export function planDecision(
  policy: Policy,
  windows: PolicyWindows,
  caller: CountedCaller,
  found: Found,
): Plan {
  const { holder, shard } = caller
  const proven = policy.ways.map((prepared, index) => {
    const way = provenWay(prepared, windows.quotas[index] ?? [], holder, look(prepared, found))
    const isApart = prepared.countsApart === true && caller.caller.byAddress && windows.ceilings.length > 0
    const counted = isApart ? countedApart(way, windows.ceilings) : way
    return policy.mode === 'observe' ? unspent(counted) : withProofs(counted, found.proofs)
  })
  const isOpen = windows.free.length > 0 || windows.meters.some(({ isSold }) => isSold)
  const ways =
    isOpen || proven.length === 0
      ? [withProofs(freeWay(windows.free, holder), found.proofs), ...proven]
      : proven
  const unsettled = ways.findLastIndex(({ payment }) => payment?.settled === false)
  return {
    ceilings: windows.ceilings,
    ways,
    unsettled: unsettled === -1 ? undefined : unsettled,
    request: {
      shard,
      common: commonTakes(windows.ceilings, caller),
      ways: ways.map(({ take }) => take),
      otherwise: policy.ways.length === 0 || policy.mode === 'observe' ? [] : offerTakes(policy, holder),
    },
  }
}

/** What was shown for a way, and what it comes to. */
interface Looked {
  readonly barred: boolean
  readonly verdict: Verdict | undefined
  readonly shown: readonly Presented[]
}

function look(prepared: PreparedWay, { presented, findings, context }: Found): Looked {
  const ofRail = presented.length === 0 ? presented : presented.filter(({ rail }) => rail === prepared.rail)
  const shown = ofRail.length > MOST_SHOWN ? ofRail.slice(0, MOST_SHOWN) : ofRail
  const standing = prepared.identity === undefined ? 'met' : standingOf(prepared.identity, findings)
  if (standing === 'met') return { barred: false, verdict: best(prepared, shown, context), shown }
  const fault = standing === 'absent' ? undefined : standing.code
  return { barred: true, verdict: fault && { outcome: 'invalid', code: fault }, shown }
}

/** Last, so that what stands before them is what the way itself demands. */
function withProofs(way: PlannedWay, proofs: readonly ClaimTake[]): PlannedWay {
  if (proofs.length === 0 || way.take.lookOnly === true) return way
  return { ...way, take: { ...way.take, claims: [...way.take.claims, ...proofs] } }
}

/** Counts an issued challenge, and an invoice where one may be made. */
function offerTakes({ ways }: Policy, holder: string): readonly WindowTake[] {
  const offered = [issuedTake(holder, ISSUED_LIMIT)]
  for (const { minting = [] } of ways) {
    for (const { limit, windowMs } of minting) {
      offered.push({ holder, id: `mint ${windowMs}`, limit, windowMs, cost: 1 })
    }
  }
  return offered
}

/**
 * Counts a way's calls by what was paid for them, so that no neighbour of a shared address can shut it (R5). An offer for a
 * payment yet to come meets no ceiling: its windows will be its own.
 */
function countedApart(way: PlannedWay, ceilings: readonly PolicyWindow[]): PlannedWay {
  const { payment, take } = way
  if (payment === undefined) return { ...way, take: { ...take, common: [] } }
  const own = takes(ceilings, payerHolder(payment.paymentHash))
  return {
    ...way,
    windows: [...ceilings, ...way.windows],
    ownCeiling: ceilings.length,
    // Not as common windows of its own: a store that refuses for those alone does not say how they stand.
    take: { ...take, common: [], windows: [...own, ...take.windows] },
  }
}

/** A policy that only observes spends nothing: another one may demand the same credential of the same call (R4). */
function unspent(way: PlannedWay): PlannedWay {
  return { ...way, payment: undefined, take: { ...way.take, claims: [] } }
}

/** As long as the holders of callers. */
function payerHolder(paymentHash: string): string {
  return encodeBase64url(hexToBytes(paymentHash).subarray(0, 15))
}

/** A request that only counts an issued challenge: for the challenge endpoint. */
export function planIssue({ holder, shard }: CountedCaller): AdmitRequest {
  return { shard, common: [], ways: [], otherwise: [issuedTake(holder, ISSUED_LIMIT)] }
}

function freeWay(windows: readonly PolicyWindow[], holder: string): PlannedWay {
  return {
    way: 'free',
    windows,
    ownCeiling: 0,
    prepared: undefined,
    barred: false,
    take: { windows: takes(windows, holder), claims: [] },
    fault: undefined,
    shown: [],
    payment: undefined,
  }
}

function provenWay(
  prepared: PreparedWay,
  windows: readonly PolicyWindow[],
  holder: string,
  { barred, verdict, shown }: Looked,
): PlannedWay {
  const way = prepared.rail
  const quota = takes(windows, holder)
  if (verdict?.outcome === 'valid') {
    const counted = prepared.counted ? [...quota, recentTake(holder, verdict.recentLimit)] : quota
    const { claims, payment } = verdict
    const take = { windows: counted, claims }
    return { way, windows, ownCeiling: 0, prepared, barred, take, fault: undefined, shown, payment }
  }
  return {
    way,
    windows,
    ownCeiling: 0,
    prepared,
    barred,
    take: { windows: quota, claims: [], lookOnly: true },
    fault: verdict?.code,
    shown,
    payment: undefined,
  }
}

/** Of several credentials for one rail the first good one counts, else what is wrong with the first. */
function best(prepared: PreparedWay, shown: readonly Presented[], context: RailContext): Verdict | undefined {
  let first: Verdict | undefined
  for (const presented of shown) {
    const verdict = prepared.verify(presented, context)
    if (verdict.outcome === 'valid') return verdict
    first ??= verdict
  }
  return first
}

/** The ceiling of an account is counted where all its callers meet (R9: in the same shard). */
function commonTakes(ceilings: readonly PolicyWindow[], caller: CountedCaller): readonly WindowTake[] {
  return ceilings.map(({ role, id, limit, windowMs }) => ({
    holder: role === 'subjectCeiling' ? caller.subjectHolder : caller.holder,
    id,
    limit,
    windowMs,
    cost: 1,
  }))
}

function takes(windows: readonly PolicyWindow[], holder: string): readonly WindowTake[] {
  return windows.map(({ id, limit, windowMs }) => ({ holder, id, limit, windowMs, cost: 1 }))
}

function issuedTake(holder: string, limit: number): WindowTake {
  return { holder, id: ISSUED_WINDOW_ID, limit, windowMs: RECENT_WINDOW_MS, cost: 1 }
}

/** Redeemed calls count as recent ones; too many of them ask for harder work than was done (R19, R20). */
function recentTake(holder: string, limit: number | undefined): WindowTake {
  return limit === undefined
    ? { holder, id: ISSUED_WINDOW_ID, limit: 1, windowMs: RECENT_WINDOW_MS, cost: 1, force: true }
    : issuedTake(holder, limit)
}
