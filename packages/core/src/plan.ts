import type { ProblemCode } from '@turnpike/protocol'
import type { CountedCaller } from './caller.ts'
import type { Way } from './decision.ts'
import type { Policy, PolicyWindow, PolicyWindows } from './policy.ts'
import { RECENT_WINDOW_MS } from './pow-difficulty.ts'
import type { PreparedWay, Presented, RailContext, Verdict } from './rail.ts'
import type { AdmitRequest, WayTake, WindowTake } from './store.ts'

/** Challenges issued to a caller in a minute before the gate stops making them (R21). */
export const ISSUED_LIMIT = 1000
/** Credentials of one rail that are looked at; each costs the gate some work. */
const MOST_SHOWN = 4
/** Counts issued and redeemed challenges of a caller, whatever the policy. */
const ISSUED_WINDOW_ID = `issued ${RECENT_WINDOW_MS}`

/** One way of a plan; its `WayTake` stands at the same index of the request. */
export interface PlannedWay {
  readonly way: Way
  readonly windows: readonly PolicyWindow[]
  readonly take: WayTake
  /** Undefined on the free way. */
  readonly prepared: PreparedWay | undefined
  /** Why the credential that was shown for this way cannot be used; undefined when it can, or none was shown. */
  readonly fault: ProblemCode | undefined
}

/** A decision, ready for the store, and what its parts mean. */
export interface Plan {
  readonly request: AdmitRequest
  readonly ceiling: readonly PolicyWindow[]
  readonly ways: readonly PlannedWay[]
}

/**
 * Lays out the ways in order (R2): free first, then as the policy lists them. Credentials are verified here, by
 * computation alone (R1); whether they are spent, only the store knows.
 */
export function planDecision(
  policy: Policy,
  windows: PolicyWindows,
  { holder, shard }: CountedCaller,
  found: { readonly presented: readonly Presented[]; readonly context: RailContext },
): Plan {
  const ways: PlannedWay[] = []
  if (windows.free.length > 0 || policy.ways.length === 0) ways.push(freeWay(windows.free, holder))
  policy.ways.forEach((prepared, index) => {
    const shown = found.presented.filter((presented) => presented.rail === prepared.rail)
    ways.push(provenWay(prepared, windows.quotas[index] ?? [], holder, best(prepared, shown, found.context)))
  })
  return {
    ceiling: windows.ceiling,
    ways,
    request: {
      shard,
      common: takes(windows.ceiling, holder),
      ways: ways.map(({ take }) => take),
      otherwise:
        policy.ways.length === 0 || policy.mode === 'observe' ? [] : [issuedTake(holder, ISSUED_LIMIT)],
    },
  }
}

/** A request that only counts an issued challenge: for the challenge endpoint. */
export function planIssue({ holder, shard }: CountedCaller): AdmitRequest {
  return { shard, common: [], ways: [], otherwise: [issuedTake(holder, ISSUED_LIMIT)] }
}

function freeWay(windows: readonly PolicyWindow[], holder: string): PlannedWay {
  return {
    way: 'free',
    windows,
    prepared: undefined,
    take: { windows: takes(windows, holder), claims: [] },
    fault: undefined,
  }
}

function provenWay(
  prepared: PreparedWay,
  windows: readonly PolicyWindow[],
  holder: string,
  verdict: Verdict | undefined,
): PlannedWay {
  const way = prepared.rail
  const quota = takes(windows, holder)
  if (verdict?.outcome === 'valid') {
    const counted = prepared.counted ? [...quota, recentTake(holder, verdict.recentLimit)] : quota
    return { way, windows, prepared, take: { windows: counted, claims: verdict.claims }, fault: undefined }
  }
  return {
    way,
    windows,
    prepared,
    take: { windows: quota, claims: [], lookOnly: true },
    fault: verdict?.code,
  }
}

/** Of several credentials for one rail the first good one counts, else what is wrong with the first. */
function best(prepared: PreparedWay, shown: readonly Presented[], context: RailContext): Verdict | undefined {
  let first: Verdict | undefined
  for (const presented of shown.slice(0, MOST_SHOWN)) {
    const verdict = prepared.verify(presented, context)
    if (verdict.outcome === 'valid') return verdict
    first ??= verdict
  }
  return first
}

function takes(windows: readonly PolicyWindow[], holder: string): readonly WindowTake[] {
  return windows.map(({ id, limit, windowMs }) => ({ holder, id, limit, windowMs, cost: 1 }))
}

function issuedTake(holder: string, limit: number): WindowTake {
  return { holder, id: ISSUED_WINDOW_ID, limit, windowMs: RECENT_WINDOW_MS, cost: 1 }
}

/** Redeemed calls count as recent ones; too many of them ask for harder work than was done (R19, R20). */
function recentTake(holder: string, limit: number | undefined): WindowTake {
  return limit === undefined ? { ...issuedTake(holder, 1), force: true } : issuedTake(holder, limit)
}
