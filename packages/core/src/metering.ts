import { onWay, type Reservation } from './allotment.ts'
import { CallMeter } from './call-meter.ts'
import type { Engine } from './engine.ts'
import { least, type MeterCharge } from './meter-bank.ts'
import type { Plan } from './plan.ts'
import { type ShownWindow, showWindows } from './rate-limit-fields.ts'
import type { TakenSlot } from './settlement.ts'
import { askStore, type StoreAnswer } from './store-call.ts'
import type { AdmitRequest, WayTake } from './store.ts'

type Admitted = Extract<StoreAnswer, { outcome: 'admitted' }>

/** What an admitted call uses of meters, and how these stand. */
export interface Metered {
  readonly meters: readonly CallMeter[]
  /** The windows that were asked apart from the decision. */
  readonly shown: readonly ShownWindow[]
}

export const UNMETERED: Metered = { meters: [], shown: [] }

/** The meters of the caller and its subject, reserved by the decision itself. */
export function ownMeters(
  engine: Engine,
  plan: Plan,
  answer: Admitted,
  shown: readonly ShownWindow[],
): readonly CallMeter[] {
  const own = plan.allotment?.own ?? []
  const way = plan.ways[answer.way]?.way ?? 'free'
  return own.map((reservation) => {
    const states = shown.flatMap(({ window, state }) =>
      reservation.meter.windows.includes(window) ? state : [],
    )
    const charge = chargeOf(answer, reservation, least(states))
    return new CallMeter(onWay(reservation, way), engine.meters, charge)
  })
}

/** A reservation that only the stand-in knows of is none: what is used will be charged when the store is back (R16). */
function chargeOf(
  { atMs, isStandIn }: Admitted,
  { units }: Reservation,
  left: number,
): MeterCharge | undefined {
  return isStandIn === true ? undefined : { atMs, units, left }
}

/** The slot that the decision took; the stand-in keeps those that it gave. */
export function slotOf(
  { store, standIn }: Engine,
  plan: Plan,
  { isStandIn }: Admitted,
): TakenSlot | undefined {
  const slot = plan.allotment?.slot
  if (slot === undefined) return undefined
  const { credential, shard, claimId } = slot
  return { claim: { credential, shard, claimId }, keeper: isStandIn === true ? standIn.keeper : store }
}

/** Why a budget that many callers share admits nobody: a decision like any other, of that budget alone. */
export interface SharedRefusal {
  readonly plan: Plan
  readonly answer: Exclude<StoreAnswer, Admitted>
}

/**
 * Reserves of budgets that many callers share, one after the other, each where it lives (R9). What was reserved is given
 * back when a later one refuses; a crash between two costs units of the first until they are old.
 */
export async function reserveShared(
  engine: Engine,
  reservations: readonly Reservation[],
): Promise<Metered | SharedRefusal> {
  let taken = UNMETERED
  for (const reservation of reservations) {
    const plan = planShared(reservation)
    const answer = await askStore(engine, plan.request)
    if (answer.outcome !== 'admitted') {
      await Promise.all(taken.meters.map(async (meter) => await meter.undo()))
      return { plan, answer }
    }
    taken = withReservation(engine, taken, { reservation, answer })
  }
  return taken
}

function withReservation(
  engine: Engine,
  { meters, shown }: Metered,
  { reservation, answer }: { readonly reservation: Reservation; readonly answer: Admitted },
): Metered {
  const charge = chargeOf(answer, reservation, least(answer.common))
  return {
    meters: [...meters, new CallMeter(reservation, engine.meters, charge)],
    shown: [...shown, ...showWindows(reservation.meter.windows, answer.common)],
  }
}

/**
 * How shared budgets stand to a call that nothing was reserved for: the first that would refuse it. Asked before an offer is
 * made, because whoever works or pays should not meet it right after (R5).
 */
export async function fullShared(
  engine: Engine,
  reservations: readonly Reservation[],
): Promise<SharedRefusal | undefined> {
  for (const reservation of reservations) {
    const { request, ...plan } = planShared(reservation)
    const looking = { ...request, ways: [LOOK] }
    const answer = await askStore(engine, looking)
    const isFull = answer.outcome === 'refused' && answer.common.some(({ retryMs }) => retryMs !== 0)
    if (isFull) return { plan: { ...plan, request: looking }, answer }
  }
  return undefined
}

const LOOK: WayTake = { windows: [], claims: [], lookOnly: true }

const NOTHING_ELSE: Pick<AdmitRequest, 'ways' | 'otherwise'> = {
  ways: [{ windows: [], claims: [] }],
  otherwise: [],
}

function planShared({ meter, takes, shard }: Reservation): Plan {
  const request = { shard, common: takes, ...NOTHING_ELSE }
  return { ceilings: meter.windows, ways: [], unsettled: undefined, request }
}
