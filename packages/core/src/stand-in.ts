import { TurnpikeError } from './errors.ts'
import { memoryStore } from './memory-store.ts'
import type { AdmitOutcome, AdmitRequest, WayTake, WindowState, WindowTake } from './store.ts'

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

export type StandIn = (request: AdmitRequest) => StandInAnswer

type Admitted = Extract<AdmitOutcome, { outcome: 'admitted' }>

const DOWN = { outcome: 'down' } as const

/**
 * @param instances - processes that share the store: each then admits its share of a limit, at least 1.
 * @param now - milliseconds since 1970
 */
export function createStandIn(mode: OnStoreDown, instances: number, now: () => number): StandIn {
  switch (mode) {
    case 'closed':
      return () => DOWN
    case 'open':
      return (request) => admitUnchecked(request, now())
    case 'local':
      return standInLocally(instances, now)
  }
}

/** @throws TurnpikeError `option_invalid` when the policy asks for something that nobody would check. */
export function checkStandIn(mode: OnStoreDown | undefined, policy: string, requirements: number): void {
  if (mode !== 'open' || requirements === 0) return
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
  const shareWay = (way: WayTake): WayTake => ({
    windows: way.windows.map(share),
    claims: [],
    lookOnly: !isFree(way),
    ...(way.common === undefined ? {} : { common: way.common.map(share) }),
  })
  return (request) => {
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
  return claims.length === 0 && !lookOnly
}

function untouched({ limit }: WindowTake): WindowState {
  return { remaining: limit, retryMs: 0, nextMs: 0, fullMs: 0 }
}
