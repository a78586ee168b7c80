import type { AdmitOutcome, AdmitRequest, ClaimOutcome, ClaimTake, WayTake, WindowTake } from '@turnpike/core'

/** What is asked of the store itself, one shard at a time. */
export interface ShardStore {
  /** Decides a request all of whose claims are of its own shard. */
  decide(request: AdmitRequest): Promise<AdmitOutcome>
  /** Makes claims undone that came to nothing. */
  undo(claims: readonly ClaimTake[]): Promise<void>
  /** Gives back what a decision charged. */
  refund(shard: number, takes: readonly WindowTake[], atMs: number): Promise<void>
}

type Refused = Extract<AdmitOutcome, { outcome: 'refused' }>
type Admitted = Extract<AdmitOutcome, { outcome: 'admitted' }>

/** @returns whether a credential of another shard was shown. */
export function hasForeignClaims({ shard, ways }: AdmitRequest): boolean {
  return ways.some(({ claims }) => claims.some((claim) => claim.shard !== shard))
}

/**
 * Windows in the caller's shard first, then the claims in theirs; when those do not fit the windows are refunded, and the
 * ways after that are tried (RULES R10). A crash between the two costs a unit of a rate, never a paid use.
 */
export async function admitAcross(store: ShardStore, request: AdmitRequest): Promise<AdmitOutcome> {
  const known = new Map<number, readonly ClaimOutcome[]>()
  for (;;) {
    const outcome = await store.decide(localPart(request, known))
    if (outcome.outcome === 'refused') return await explain(store, request, outcome, known)
    if (outcome.outcome !== 'admitted') return outcome
    const way = request.ways[outcome.way]
    const foreign = way?.claims.filter((claim) => claim.shard !== request.shard) ?? []
    if (way === undefined || foreign.length === 0) return outcome
    const claimed = await claimAll(store, foreign, () => takeBack(store, request, way, outcome))
    if (claimed.usesLeft !== undefined) return merge(request, way, outcome, claimed.usesLeft)
    known.set(outcome.way, claimed.outcomes)
  }
}

/** The request without foreign claims. Ways whose foreign claims do not fit are only looked at. */
function localPart(request: AdmitRequest, known: ReadonlyMap<number, unknown>): AdmitRequest {
  const ways = request.ways.map((way, index) => {
    const claims = way.claims.filter((claim) => claim.shard === request.shard)
    return known.has(index) ? { ...way, claims, lookOnly: true } : { ...way, claims }
  })
  return { ...request, ways }
}

interface Claimed {
  /** Of each claim; undefined when nothing was taken. */
  readonly usesLeft?: readonly number[]
  /** Of each claim. */
  readonly outcomes: readonly ClaimOutcome[]
}

/** Paid claims before work: what fails later is undone, and undoing work is the cheaper mistake. */
async function claimAll(
  store: ShardStore,
  claims: readonly ClaimTake[],
  takeBackWindows: () => Promise<void>,
): Promise<Claimed> {
  const taken: ClaimTake[] = []
  const usesLeft = new Map<ClaimTake, number>()
  const outcomes = new Map<ClaimTake, ClaimOutcome>()
  const takeAllBack = async () => await Promise.all([store.undo(taken), takeBackWindows()])
  try {
    for (const group of groupsOf(claims)) {
      // After a group that did not fit, the others are only looked at.
      const outcome = await store.decide(claimsOnly(group, taken.length < outcomes.size))
      for (const [index, claim] of group.entries()) outcomes.set(claim, outcomeOf(outcome, index))
      if (outcome.outcome !== 'admitted') continue
      taken.push(...group)
      for (const [index, claim] of group.entries()) usesLeft.set(claim, outcome.usesLeft[index] ?? 0)
    }
  } catch (error) {
    await takeAllBack().catch(() => undefined)
    throw error
  }
  const all = claims.map((claim) => outcomes.get(claim) ?? 'spent')
  if (taken.length === claims.length) {
    return { outcomes: all, usesLeft: claims.map((claim) => usesLeft.get(claim) ?? 0) }
  }
  await takeAllBack()
  return { outcomes: all }
}

function outcomeOf(outcome: AdmitOutcome, index: number): ClaimOutcome {
  if (outcome.outcome === 'admitted') return 'claimed'
  if (outcome.outcome === 'refused') return outcome.ways[0]?.claims[index] ?? 'spent'
  throw new Error(`the shard of a credential is ${outcome.outcome}`)
}

async function takeBack(
  store: ShardStore,
  request: AdmitRequest,
  way: WayTake,
  { atMs }: Admitted,
): Promise<void> {
  const local = way.claims.filter((claim) => claim.shard === request.shard)
  const takes = [...(way.common ?? request.common), ...way.windows]
  await Promise.all([store.undo(local), store.refund(request.shard, takes, atMs)])
}

/** Uses left in the order of the way's claims, local and foreign. */
function merge(
  request: AdmitRequest,
  way: WayTake,
  outcome: Admitted,
  foreign: readonly number[],
): AdmitOutcome {
  const [ofLocal, ofForeign] = [outcome.usesLeft.values(), foreign.values()]
  const usesLeft = way.claims.map((claim) => {
    const next = claim.shard === request.shard ? ofLocal.next() : ofForeign.next()
    return next.value ?? 0
  })
  return { ...outcome, usesLeft }
}

/** Completes a refusal with how the foreign claims of each way stand. */
async function explain(
  store: ShardStore,
  request: AdmitRequest,
  refusal: Refused,
  known: ReadonlyMap<number, readonly ClaimOutcome[]>,
): Promise<Refused> {
  const ways = refusal.ways.map(async (way, index) => {
    const claims = request.ways[index]?.claims ?? []
    const foreign = claims.filter((claim) => claim.shard !== request.shard)
    if (foreign.length === 0) return way
    const [ofLocal, ofForeign] = [
      way.claims.values(),
      (known.get(index) ?? (await weighAll(store, foreign))).values(),
    ]
    const outcomes = claims.map((claim) => {
      const next = claim.shard === request.shard ? ofLocal.next() : ofForeign.next()
      return next.value ?? 'spent'
    })
    return { ...way, claims: outcomes }
  })
  return { ...refusal, ways: await Promise.all(ways) }
}

async function weighAll(store: ShardStore, claims: readonly ClaimTake[]): Promise<readonly ClaimOutcome[]> {
  const outcomes = new Map<ClaimTake, ClaimOutcome>()
  for (const group of groupsOf(claims)) {
    const outcome = await store.decide(claimsOnly(group, true))
    for (const [index, claim] of group.entries()) outcomes.set(claim, outcomeOf(outcome, index))
  }
  return claims.map((claim) => outcomes.get(claim) ?? 'spent')
}

function claimsOnly(claims: readonly ClaimTake[], lookOnly: boolean): AdmitRequest {
  const [first] = claims
  return { shard: first?.shard ?? 0, common: [], ways: [{ windows: [], claims, lookOnly }], otherwise: [] }
}

/** Claims by shard, paid ones first. */
function groupsOf(claims: readonly ClaimTake[]): readonly (readonly ClaimTake[])[] {
  const groups = new Map<number, ClaimTake[]>()
  for (const claim of claims.toSorted((a, b) => rank(a) - rank(b))) {
    const group = groups.get(claim.shard)
    if (group === undefined) groups.set(claim.shard, [claim])
    else group.push(claim)
  }
  return [...groups.values()]
}

function rank({ lapse }: ClaimTake): number {
  return lapse === 'giveBack' ? 0 : 1
}
