import { createLeases, DEFAULT_PACE, type Pace } from './leases.ts'
import type { ClaimRef, Store, WindowAdjustment } from './store.ts'

/** What became of what a call had taken. `unsettled`: the store could not be told, so the lapse of the lease decides. */
export type Settled = 'none' | 'kept' | 'givenBack' | 'unsettled'

/** A claim that an admission took. */
export interface TakenClaim extends ClaimRef {
  readonly lapse: 'keep' | 'giveBack'
}

/** What one admission took from the store. */
export interface Taken {
  readonly claims: readonly TakenClaim[]
  /** What would take the windows back: units below 0. Made only when it comes to that. */
  readonly windows: () => readonly WindowAdjustment[]
}

export interface SettlementEvents {
  /** A use was served twice because its lease had lapsed (R11). */
  overlap(policy: string): void
  /** The store failed, and would not take a renewal or an ending. */
  fault(error: unknown): void
}

export interface Settlement {
  /** Keeps the leases of paid claims alive until they are settled. */
  open(taken: Taken): void
  /** The handler ended: paid uses are kept or given back; work was spent at once (R12). */
  end(taken: Taken, policy: string, giveBack: boolean): Settled | Promise<Settled>
  /** The handler never started: all is given back, work and windows too (R31). */
  undo(taken: Taken): Promise<Settled>
  /** Resolves when nothing is pending. */
  readonly drain: () => Promise<void>
}

/** Carries endings to the store. Nothing is decided here; it retries, and remembers what is pending for a shutdown. */
export function createSettlement(
  store: Store,
  events: SettlementEvents,
  pace: Pace = DEFAULT_PACE,
): Settlement {
  const leases = createLeases(store, pace, (error) => events.fault(error))
  const pending = new Set<Promise<Settled>>()
  const track = async (work: Promise<Settled>): Promise<Settled> => {
    pending.add(work)
    try {
      return await work
    } finally {
      pending.delete(work)
    }
  }
  const settle = async (
    claims: readonly TakenClaim[],
    policy: string,
    giveBack: boolean,
  ): Promise<Settled> => {
    const operation = (claim: ClaimRef) => (giveBack ? store.giveBack(claim) : store.keep(claim))
    const outcomes = await Promise.all(claims.map((claim) => retried(() => operation(claim), pace, events)))
    leases.release(claims)
    if (outcomes.includes('overlap')) events.overlap(policy)
    if (outcomes.includes(undefined)) return 'unsettled'
    return outcomes.every((outcome) => outcome === 'givenBack') ? 'givenBack' : 'kept'
  }
  return {
    open({ claims }) {
      if (claims.length > 0) leases.hold(claims.filter(isPaid))
    },
    end({ claims }, policy, giveBack) {
      if (claims.length === 0) return 'none'
      const paid = claims.filter(isPaid)
      return paid.length === 0 ? 'kept' : track(settle(paid, policy, giveBack))
    },
    async undo({ claims, windows }) {
      const refunded = refund(store, windows())
      const unserved = claims.map((claim) => ({ ...claim, unserved: true }))
      const settled = claims.length === 0 ? undefined : await track(settle(unserved, '', true))
      await refunded
      return settled ?? 'none'
    },
    async drain() {
      while (pending.size > 0) await Promise.allSettled(pending)
    },
  }
}

function isPaid(claim: TakenClaim): boolean {
  return claim.lapse === 'giveBack'
}

/** Tries until it works or the lease would be over; the operations are idempotent by claim. */
async function retried<T>(
  operation: () => Promise<T>,
  pace: Pace,
  events: SettlementEvents,
): Promise<T | undefined> {
  let last: unknown
  for (const delay of [0, ...pace.retryDelaysMs]) {
    if (delay > 0) await pause(delay)
    try {
      return await operation()
    } catch (error) {
      last = error
    }
  }
  events.fault(last)
  return undefined
}

/** Tried once: a refund that ran twice would admit too much; one that never ran costs the caller a unit for a while. */
async function refund(store: Store, windows: readonly WindowAdjustment[]): Promise<void> {
  if (windows.length === 0) return
  await store.adjust(windows).catch(() => undefined)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
