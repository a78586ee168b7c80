import type { Movement, Purchase } from './purchase.ts'
import { isSlot } from './in-flight.ts'
import { pause } from './pause.ts'
import { createLeases, DEFAULT_PACE, type Leases, type Pace } from './leases.ts'
import type { ClaimRef, GiveBackOutcome, Hold, KeepOutcome, Lapse, Store, WindowAdjustment } from './store.ts'

/**
 * What became of what a call had taken. `held`: it waits for the next round of input (R34). `unsettled`: the store could not
 * be told, so the lapse of the lease decides.
 */
export type Settled = 'none' | 'kept' | 'givenBack' | 'held' | 'unsettled'

/** A claim that an admission took. */
export interface TakenClaim extends ClaimRef {
  readonly lapse: Lapse
}

/** A place among the calls in flight, and who knows of it: the store, or whoever stood in for it. */
export interface TakenSlot {
  readonly claim: ClaimRef
  readonly keeper: Pick<Store, 'giveBack'>
}

/** What one admission took from the store. */
export interface Taken {
  readonly claims: readonly TakenClaim[]
  /** Its place among the calls in flight. */
  readonly slot?: TakenSlot | undefined
  /** What would take the windows back: units below 0. Made only when it comes to that. */
  readonly windows: () => readonly WindowAdjustment[]
  /** What the books say of the paid claim; undefined where nothing was paid. */
  readonly purchase?: Purchase | undefined
}

/** Whom a settlement tells of what happens. */
export interface SettlementEvents {
  /** A use was served twice because its lease had lapsed (R11). */
  overlap(policy: string): void
  /** A paid use came to its end. */
  moved(movement: Movement, purchase: Purchase): void
  /** The store failed, and would not take a renewal or an ending. */
  fault(error: unknown): void
}

/** Carries what becomes of calls to the store; nothing here rejects. */
export interface Settlement {
  /** Keeps the leases of paid claims and slots alive until they are settled. */
  open(taken: Taken): void
  /** The handler ended: paid uses are kept or given back; work was spent at once (R12). */
  end(taken: Taken, policy: string, giveBack: boolean): Settled | Promise<Settled>
  /** The handler never started: all is given back, work and windows too (R31). */
  undo(taken: Taken): Promise<Settled>
  /** The call runs no more: the next one may. */
  free(slot: TakenSlot): Promise<void>
  /** Lets paid claims, and the slot, wait under a seal. @returns false where the store would not */
  hold(taken: Taken, seal: string, shard: number): Promise<boolean>
  /** @returns the claims of a held call, to the first who asks (R34) */
  resume(seal: string, shard: number): Promise<readonly TakenClaim[] | undefined>
  /** Tries until it works or a lease would be over. @returns undefined when it never did */
  persist<T>(operation: () => Promise<T>): Promise<T | undefined>
  /** Gives units of windows back. Tried once: a refund that ran twice would admit too much. */
  refund(windows: readonly WindowAdjustment[]): Promise<void>
  /** Lets `drain` wait for it. */
  readonly track: <T>(work: Promise<T>) => Promise<T>
  /** Resolves when nothing is pending. */
  readonly drain: () => Promise<void>
  /** Looks after no lease any more: the store is about to be closed. */
  close(): void
}

/** Carries endings to the store. Nothing is decided here; it retries, and remembers what is pending for a shutdown. */
export function createSettlement(
  store: Store,
  events: SettlementEvents,
  pace: Pace = DEFAULT_PACE,
): Settlement {
  const leases = createLeases(store, pace, (error) => events.fault(error))
  const { track, drain } = createPending()
  const free: Settlement['free'] = async ({ claim, keeper }) => {
    leases.release([claim])
    await track(retried(() => keeper.giveBack({ ...claim, unserved: true }), pace, events))
  }
  const settle = createSettle(leases, events, pace)
  return {
    open({ claims, slot }) {
      if (claims.length > 0) leases.hold(claims.filter(isPaid))
      if (slot?.keeper === store) leases.hold([slot.claim])
    },
    end(taken, policy, giveBack) {
      if (taken.claims.length === 0) return 'none'
      const claims = taken.claims.filter(isPaid)
      if (claims.length === 0) return 'kept'
      const operation = (claim: ClaimRef) => (giveBack ? store.giveBack(claim) : store.keep(claim))
      return track(settle({ ...taken, claims }, policy, operation))
    },
    async undo(taken) {
      const refunded = refund(store, taken.windows())
      const operation = (claim: ClaimRef) => store.giveBack({ ...claim, unserved: true })
      const settled = taken.claims.length === 0 ? undefined : await track(settle(taken, '', operation))
      await refunded
      return settled ?? 'none'
    },
    free,
    persist: (operation) => track(retried(operation, pace, events)),
    refund: (windows) => track(refund(store, windows)),
    track,
    async hold({ claims, slot }, seal, shard) {
      const kept = slot?.keeper === store ? [slot.claim] : []
      const paid = [...claims.filter(isPaid), ...kept]
      const held = await track(holdClaims(store, events, { seal, shard, claims: paid, ttlMs: HOLD_MS }))
      if (!held) return false
      leases.release(paid)
      // The seal is in the store, so a slot that only the stand-in knows of would never be asked for.
      if (slot !== undefined && slot.keeper !== store) await free(slot)
      return true
    },
    resume: (seal, shard) => resumeClaims(store, events, { seal, shard, leaseMs: pace.leaseMs }),
    drain,
    close: () => leases.close(),
  }
}

type Operation = (claim: ClaimRef) => Promise<KeepOutcome | GiveBackOutcome>

/** @returns what tells the store of the end of claims, and the books what it said */
function createSettle(leases: Leases, events: SettlementEvents, pace: Pace) {
  return async ({ claims, purchase }: Taken, policy: string, operation: Operation): Promise<Settled> => {
    const outcomes = await Promise.all(claims.map((claim) => retried(() => operation(claim), pace, events)))
    leases.release(claims)
    if (outcomes.includes('overlap')) events.overlap(policy)
    for (const outcome of outcomes) {
      const isMovement = outcome !== undefined && outcome !== 'gone'
      if (purchase !== undefined && isMovement) events.moved(outcome, purchase)
    }
    if (outcomes.includes(undefined)) return 'unsettled'
    return outcomes.every((outcome) => outcome === 'givenBack') ? 'givenBack' : 'kept'
  }
}

/** Remembers what is under way. */
function createPending(): Pick<Settlement, 'track' | 'drain'> {
  const pending = new Set<Promise<unknown>>()
  return {
    async track(work) {
      pending.add(work)
      try {
        return await work
      } finally {
        pending.delete(work)
      }
    },
    async drain() {
      while (pending.size > 0) await Promise.allSettled(pending)
    },
  }
}

/** How long a paused call waits for its client (R34). */
const HOLD_MS = 600_000

function isPaid(claim: TakenClaim): boolean {
  return claim.lapse === 'giveBack'
}

/** Work was spent at once and waits for nothing; a free call holds no claim at all. */
async function holdClaims(store: Store, events: SettlementEvents, hold: Hold): Promise<boolean> {
  const claims = hold.claims.map(({ credential, shard, claimId }) => ({ credential, shard, claimId }))
  try {
    return await store.hold({ ...hold, claims })
  } catch (error) {
    events.fault(error)
    return false
  }
}

function heldClaim({ credential, shard, claimId }: ClaimRef): TakenClaim {
  return { credential, shard, claimId, lapse: isSlot({ credential }) ? 'free' : 'giveBack' }
}

/** When the store fails, whoever asked is admitted anew; should it have resumed all the same, the leases lapse. */
async function resumeClaims(
  store: Store,
  events: SettlementEvents,
  { seal, shard, leaseMs }: { readonly seal: string; readonly shard: number; readonly leaseMs: number },
): Promise<readonly TakenClaim[] | undefined> {
  try {
    const claims = await store.resume(seal, shard, leaseMs)
    return claims?.map(heldClaim)
  } catch (error) {
    events.fault(error)
    return undefined
  }
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
