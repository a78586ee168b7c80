import type { ClaimRef, Store } from './store.ts'

/** How long claims live, and how they are looked after. */
export interface Pace {
  readonly leaseMs: number
  readonly renewEveryMs: number
  /** Pauses between attempts to settle; together shorter than a lease. */
  readonly retryDelaysMs: readonly number[]
}

/** How long a claim stays live that nobody renews (R11). */
export const LEASE_MS = 30_000

/** A lease outlives two renewals that fail, and the attempts to settle it. */
export const DEFAULT_PACE: Pace = {
  leaseMs: LEASE_MS,
  renewEveryMs: 10_000,
  retryDelaysMs: [250, 1000, 3000, 8000, 15_000],
}

/** Claims whose handlers are running; all of them are renewed with one call (R11). */
export interface Leases {
  hold(claims: readonly ClaimRef[]): void
  release(claims: readonly ClaimRef[]): void
  /** Renews nothing any more: what is still running is left to its lapse. */
  close(): void
}

export function createLeases(store: Store, pace: Pace, onFault: (error: unknown) => void): Leases {
  const live = new Set<ClaimRef>()
  let timer: ReturnType<typeof setInterval> | undefined
  let isClosed = false
  const renew = () => {
    store.renew([...live], pace.leaseMs).catch((error: unknown) => onFault(error))
  }
  return {
    hold(claims) {
      for (const claim of claims) live.add(claim)
      if (isClosed || live.size === 0 || timer !== undefined) return
      timer = setInterval(renew, pace.renewEveryMs)
      // A process that has nothing else to do may end; its leases then lapse.
      timer.unref()
    },
    release(claims) {
      for (const claim of claims) live.delete(claim)
      if (live.size > 0) return
      clearInterval(timer)
      timer = undefined
    },
    close() {
      isClosed = true
      clearInterval(timer)
    },
  }
}
