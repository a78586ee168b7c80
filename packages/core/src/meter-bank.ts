import type { Settlement } from './settlement.ts'
import type { Store, WindowAdjustment, WindowState, WindowTake } from './store.ts'

/** A meter's windows, as one call takes from them. */
export interface MeterDraw {
  readonly name: string
  /** Units of the estimate: what is reserved at first, and the least that is charged at a time after that. */
  readonly units: number
  readonly shard: number
  /** All of the meter's windows; their `cost` is the estimate. */
  readonly takes: readonly WindowTake[]
  /** The call was sold what goes beyond the budget: it counts, and is never told that the budget is gone. */
  readonly isSoldOver?: boolean
}

/** Units that the store has charged for the call. */
export interface MeterCharge {
  readonly atMs: number
  readonly units: number
  /** Units that still fit into the tightest window after it; never below 0. */
  readonly left: number
}

/** Where running calls charge and give back units of meters (R33). Nothing here rejects. */
export interface MeterBank {
  /** Charges units if they fit. @returns undefined where they do not, or the store failed */
  take(draw: MeterDraw, units: number): Promise<MeterCharge | undefined>
  /** Charges units even above the limit, which then blocks (R7). @returns undefined where the store failed */
  force(draw: MeterDraw, units: number): Promise<MeterCharge | undefined>
  /** Like `force`, tried again until it works or a lease would be over: for what was used when the call has ended. */
  insist(draw: MeterDraw, units: number): Promise<MeterCharge | undefined>
  /** Tried once: a refund that ran twice would admit too much; one that never ran costs units until they are old. */
  refund(refunds: readonly WindowAdjustment[]): Promise<void>
  /** Lets a shutdown wait for it. */
  track<T>(work: Promise<T>): Promise<T>
}

/**
 * Charges are decisions of their own, because these say what is left, and because a store refuses those that reach it too
 * late: one that was given up may be tried again without being counted twice (R13).
 */
export function createMeterBank(store: Store, settlement: Settlement): MeterBank {
  const charge = async (
    { shard, takes }: MeterDraw,
    units: number,
    force: boolean,
  ): Promise<MeterCharge | undefined> => {
    const common = takes.map((take) => ({ ...take, cost: units, force }))
    const answer = await store.admit({ shard, common, ways: [{ windows: [], claims: [] }], otherwise: [] })
    if (answer.outcome === 'admitted') return { atMs: answer.atMs, units, left: least(answer.common) }
    if (answer.outcome === 'refused') return undefined
    throw new Error(`the store is ${answer.outcome}`)
  }
  return {
    take: (draw, units) => charge(draw, units, false).catch(() => undefined),
    force: (draw, units) => charge(draw, units, true).catch(() => undefined),
    insist: (draw, units) => settlement.persist(() => charge(draw, units, true)),
    refund: (refunds) => settlement.refund(refunds),
    track: settlement.track,
  }
}

/** Units left in the tightest of the windows. */
export function least(states: readonly WindowState[]): number {
  return Math.min(...states.map(({ remaining }) => remaining))
}
