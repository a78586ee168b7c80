import { type Allotment, NOTHING_ALLOTTED, type Reservation } from './allotment.ts'
import type { Plan, PlannedWay } from './plan.ts'
import type { PolicyWindow } from './policy-window.ts'
import type { ClaimTake, WindowTake } from './store.ts'

/**
 * Adds to a plan what the call takes of its own meters, and its slot. A meter that is kept by all is a common window; one
 * whose overflow is sold shuts the free way alone, and is counted by force on the others (R2).
 */
export function withAllotment(plan: Plan, allotment: Allotment): Plan {
  if (allotment === NOTHING_ALLOTTED) return plan
  const kept = partOf(allotment.own.filter(({ meter }) => !meter.isSold))
  const sold = partOf(allotment.own.filter(({ meter }) => meter.isSold))
  const ways = plan.ways.map((way) => allotted(way, { kept, sold, slot: allotment.slot }))
  return {
    ...plan,
    allotment,
    ceilings: [...plan.ceilings, ...kept.windows],
    ways,
    request: {
      ...plan.request,
      common: [...plan.request.common, ...kept.takes],
      ways: ways.map(({ take }) => take),
    },
  }
}

/** Windows, and the takes at the same indexes. */
interface Part {
  readonly windows: readonly PolicyWindow[]
  readonly takes: readonly WindowTake[]
}

function partOf(reservations: readonly Reservation[]): Part {
  return {
    windows: reservations.flatMap(({ meter }) => meter.windows),
    takes: reservations.flatMap(({ takes }) => takes),
  }
}

function allotted(
  way: PlannedWay,
  { kept, sold, slot }: { readonly kept: Part; readonly sold: Part; readonly slot: ClaimTake | undefined },
): PlannedWay {
  const { windows, take, ownCommon = [] } = way
  const soldTakes = isFree(way) ? sold.takes : sold.takes.map((one) => ({ ...one, force: true }))
  const counted = {
    ...take,
    // After the policy's own windows: what follows these is not shown.
    windows: take.windows.toSpliced(windows.length, 0, ...soldTakes),
    claims: slot === undefined ? take.claims : [...take.claims, slot],
  }
  const common = take.common && [...take.common, ...kept.takes]
  return {
    ...way,
    windows: [...windows, ...sold.windows],
    ...(common === undefined ? {} : { ownCommon: [...ownCommon, ...kept.windows] }),
    take: common === undefined ? counted : { ...counted, common },
  }
}

function isFree({ way }: PlannedWay): boolean {
  return way === 'free'
}
