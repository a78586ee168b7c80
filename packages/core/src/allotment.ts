import type { MeterDraw } from './call-meter.ts'
import type { CallerDirectory, CountedCaller } from './caller.ts'
import { slotTake } from './in-flight.ts'
import type { Way } from './decision.ts'
import { DEFAULT_PACE } from './leases.ts'
import { estimateOf, type PolicyMeter } from './meter.ts'
import type { Plan, PlannedWay } from './plan.ts'
import type { PolicyWindow, PolicyWindows } from './policy.ts'
import type { RequestView } from './request.ts'
import type { ClaimTake, WindowTake } from './store.ts'

/** Units of one meter that a call reserves. */
export interface Reservation extends MeterDraw {
  readonly meter: PolicyMeter
}

/** What a call takes besides its windows and credentials: units of meters (R33), and a slot among the calls in flight. */
export interface Allotment {
  /** Of the caller and its subject: taken in the same step as everything else. */
  readonly own: readonly Reservation[]
  /** Of its class and the gate: taken after that, for they live elsewhere (R9). */
  readonly shared: readonly Reservation[]
  readonly slot: ClaimTake | undefined
}

/** A meter whose estimate function does not work: nothing can be reserved, so nobody is admitted. */
export interface Unestimated {
  readonly meter: string
  readonly complaint: string
}

const NOTHING: Allotment = { own: [], shared: [], slot: undefined }

export function allot(
  { meters, inFlight }: PolicyWindows,
  caller: CountedCaller,
  view: RequestView,
  callers: CallerDirectory,
): Allotment | Unestimated {
  if (meters.length === 0 && inFlight === undefined) return NOTHING
  const own: Reservation[] = []
  const shared: Reservation[] = []
  for (const meter of meters) {
    const estimate = estimateOf(meter.estimate, view)
    if ('complaint' in estimate) return { meter: meter.name, complaint: estimate.complaint }
    const isOwn = meter.per === 'caller' || meter.per === 'subject'
    ;(isOwn ? own : shared).push(reserve(meter, estimate.units, placeOf(meter, caller, callers)))
  }
  return { own, shared, slot: inFlight && slotTake(inFlight, caller, DEFAULT_PACE.leaseMs) }
}

/** Where the windows of a meter are. */
interface Place {
  readonly holder: string
  readonly shard: number
}

function placeOf({ per }: PolicyMeter, caller: CountedCaller, callers: CallerDirectory): Place {
  switch (per) {
    case 'caller':
      return caller
    case 'subject':
      return { holder: caller.subjectHolder, shard: caller.shard }
    case 'class':
      return callers.ofClass(caller.caller.class)
    case 'gate':
      return callers.everybody
  }
}

/**
 * What a call that was held may go on to report to. Nothing is reserved for it, so an estimate that cannot be made anew
 * keeps nobody out; it then charges as it goes, by single units.
 */
export function reopen(
  { meters }: PolicyWindows,
  caller: CountedCaller,
  view: RequestView,
  callers: CallerDirectory,
): readonly Reservation[] {
  return meters.map((meter) => {
    const estimate = estimateOf(meter.estimate, view)
    const units = 'complaint' in estimate ? 1 : estimate.units
    return reserve(meter, units, placeOf(meter, caller, callers))
  })
}

/** A meter as it stands to a call that came by this way: one whose overflow is sold holds only what is free (R2). */
export function onWay(reservation: Reservation, way: Way): Reservation {
  return reservation.meter.isSold && way !== 'free' ? { ...reservation, isSoldOver: true } : reservation
}

function reserve(meter: PolicyMeter, units: number, { holder, shard }: Place): Reservation {
  const takes = meter.windows.map(({ id, limit, windowMs }) => {
    return { holder, id, limit, windowMs, cost: units, correctable: true }
  })
  return { meter, name: meter.name, units, shard, takes }
}

/**
 * Adds to a plan what the call takes of its own meters, and its slot. A meter that is kept by all is a common window; one
 * whose overflow is sold shuts the free way alone, and is counted by force on the others (R2).
 */
export function withAllotment(plan: Plan, allotment: Allotment): Plan {
  if (allotment === NOTHING) return plan
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
