import type { CallerDirectory, CountedCaller } from './caller.ts'
import { slotTake } from './in-flight.ts'
import type { Way } from './decision.ts'
import type { MeterDraw } from './meter-bank.ts'
import { estimateOf, type PolicyMeter } from './meter.ts'
import type { PolicyWindows } from './policy.ts'
import type { RequestView } from './request.ts'
import type { ClaimTake } from './store.ts'

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

/** Of a policy with neither meters nor a limit of calls in flight. */
export const NOTHING_ALLOTTED: Allotment = { own: [], shared: [], slot: undefined }

export function allot(
  { meters, inFlight }: PolicyWindows,
  caller: CountedCaller,
  view: RequestView,
  callers: CallerDirectory,
): Allotment | Unestimated {
  if (meters.length === 0 && inFlight === undefined) return NOTHING_ALLOTTED
  const own: Reservation[] = []
  const shared: Reservation[] = []
  for (const meter of meters) {
    const estimate = estimateOf(meter.estimate, view)
    if ('complaint' in estimate) return { meter: meter.name, complaint: estimate.complaint }
    const isOwn = meter.per === 'caller' || meter.per === 'subject'
    ;(isOwn ? own : shared).push(reserve(meter, estimate.units, placeOf(meter, caller, callers)))
  }
  return { own, shared, slot: inFlight && slotTake(inFlight, caller) }
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
