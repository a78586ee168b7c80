import { TurnpikeError } from './errors.ts'
import { isSlot } from './in-flight.ts'
import { memoryStore } from './memory-store.ts'
import type {
  AdmitOutcome,
  AdmitRequest,
  ClaimTake,
  Store,
  WayTake,
  WindowState,
  WindowTake,
} from './store.ts'

/**
 * What decides while the store is down (RULES R16).
 * - `local`: windows in this process, each limit divided by `instances`.
 * - `closed`: nobody passes.
 * - `open`: windows are not held at all; refused on policies with a requirement.
 *
 * Ways that take a credential stay shut in any case: whether it is spent, only the store knows.
 */
export type OnStoreDown = 'local' | 'closed' | 'open'

/** An admission that no store knows of: there is nothing to give back. */
export type StandInAnswer = (AdmitOutcome & { readonly isStandIn: true }) | { readonly outcome: 'down' }

/** Decides in place of a store that is down. */
export interface StandIn {
  admit(request: AdmitRequest): StandInAnswer
  /** Takes back the slots of calls that it let in. */
  readonly keeper: Pick<Store, 'giveBack'>
}

type Admitted = Extract<AdmitOutcome, { outcome: 'admitted' }>

const DOWN = { outcome: 'down' } as const
const NO_SLOTS: StandIn['keeper'] = { giveBack: async () => 'gone' }
/** Slots of this process end with it: nobody renews them. */
const SLOT_MS = 86_400_000

/**
 * @param instances - processes that share the store: each then admits its share of a limit, at least 1.
 * @param now - milliseconds since 1970
 */
export function createStandIn(mode: OnStoreDown, instances: number, now: () => number): StandIn {
  switch (mode) {
    case 'closed':
      return { admit: () => DOWN, keeper: NO_SLOTS }
    case 'open':
      return { admit: (request) => admitUnchecked(request, now()), keeper: NO_SLOTS }
    case 'local':
      return standInLocally(instances, now)
  }
}

/** @throws TurnpikeError `option_invalid` when the policy asks for something that nobody would check. */
export function checkStandIn(mode: OnStoreDown | undefined, policy: string, demands: boolean): void {
  if (mode !== 'open' || !demands) return
  throw new TurnpikeError(
    'option_invalid',
    `onStoreDown 'open' would let calls to '${policy}' in without its requirement while the store is down. Take 'local' or 'closed'`,
  )
}

function standInLocally(instances: number, now: () => number): StandIn {
  const store = memoryStore({ now })
  const share = (take: WindowTake): WindowTake => {
    return { ...take, limit: Math.max(1, Math.floor(take.limit / instances)) }
  }
  const shareClaim = (claim: ClaimTake): ClaimTake =>
    isSlot(claim)
      ? { ...claim, uses: Math.max(1, Math.floor(claim.uses / instances)), leaseMs: SLOT_MS }
      : claim
  const shareWay = (way: WayTake): WayTake => ({
    windows: way.windows.map(share),
    claims: way.claims.filter(isKnownHere).map(shareClaim),
    lookOnly: !isFree(way),
    ...(way.common === undefined ? {} : { common: way.common.map(share) }),
  })
  const admit = (request: AdmitRequest): StandInAnswer => {
    if (request.ways.length === 0) return DOWN
    const { shard, common, ways } = request
    const answer = store.admit({
      shard,
      common: common.map(share),
      ways: ways.map(shareWay),
      otherwise: [],
    })
    // Who would now be asked for a credential could not redeem it.
    const isFinal = answer.outcome !== 'refused' || answer.ways.length === 0 || ways.every(isFree)
    return isFinal ? { ...answer, isStandIn: true } : DOWN
  }
  return { admit, keeper: store }
}

function admitUnchecked({ common, ways }: AdmitRequest, nowMs: number): StandInAnswer {
  const index = ways.findIndex(isFree)
  const way = ways[index]
  if (way === undefined) return DOWN
  const admitted: Admitted = {
    outcome: 'admitted',
    atMs: nowMs,
    way: index,
    common: (way.common ?? common).map(untouched),
    windows: way.windows.map(untouched),
    usesLeft: [],
  }
  return { ...admitted, isStandIn: true }
}

/** Needs no credential, or one that was verified without the store. */
function isFree({ claims, lookOnly = false }: WayTake): boolean {
  return claims.every(isKnownHere) && !lookOnly
}

/** Nothing that was bought: a process may keep count of it by itself. */
function isKnownHere(claim: ClaimTake): boolean {
  return claim.proof === true || isSlot(claim)
}

function untouched({ limit }: WindowTake): WindowState {
  return { remaining: limit, retryMs: 0, nextMs: 0, fullMs: 0 }
}
