import type { Purchase } from './purchase.ts'
import type { Engine } from './engine.ts'
import { isSlot } from './in-flight.ts'
import { slotOf } from './metering.ts'
import type { Plan } from './plan.ts'
import type { Taken } from './settlement.ts'
import type { StoreAnswer } from './store-call.ts'
import type { AdmitRequest, ClaimTake, WindowAdjustment, WindowTake } from './store.ts'

type Admitted = Extract<StoreAnswer, { outcome: 'admitted' }>

const NO_CLAIMS: readonly ClaimTake[] = []

/** What an admission took from the store, for its ending to keep or to give back. */
export function takenBy(
  engine: Engine,
  { plan, answer }: { readonly plan: Plan; readonly answer: Admitted },
  purchase: Purchase | undefined,
): Taken {
  const claims = plan.ways[answer.way]?.take.claims ?? NO_CLAIMS
  return {
    claims: claims.some(isKeptApart) ? claims.filter((claim) => !isKeptApart(claim)) : claims,
    slot: slotOf(engine, plan, answer),
    windows: () => refundable(plan.request, answer),
    purchase,
  }
}

/** Uses left of the scarcest credential; slots and proofs are none. */
export function scarcest(claims: readonly ClaimTake[], usesLeft: readonly number[]): number | undefined {
  let least: number | undefined
  claims.forEach((claim, index) => {
    if (isKeptApart(claim)) return
    least = Math.min(least ?? Number.POSITIVE_INFINITY, usesLeft[index] ?? 0)
  })
  return least
}

/** A proof is shown once, whatever comes of the call: it is never given back. A slot always is. */
function isKeptApart(claim: ClaimTake): boolean {
  return claim.proof === true || isSlot(claim)
}

/** What this decision took from windows, as what would take it back. Meters give back their own. */
function refundable(request: AdmitRequest, { way, atMs, isStandIn }: Admitted): readonly WindowAdjustment[] {
  if (isStandIn === true) return []
  const taken = request.ways[way]
  const takes: readonly WindowTake[] = [...(taken?.common ?? request.common), ...(taken?.windows ?? [])]
  const counted = takes.some(isMetered) ? takes.filter((take) => !isMetered(take)) : takes
  return counted.map(({ holder, id, windowMs, limit, cost }) => ({
    shard: request.shard,
    holder,
    id,
    windowMs,
    limit,
    atMs,
    units: -cost,
  }))
}

function isMetered({ correctable }: WindowTake): boolean {
  return correctable === true
}
