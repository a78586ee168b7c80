import type { AdmitOutcome, AdmitRequest, ClaimTake, WindowTake } from '@turnpike/core'
import { randomUUID } from 'node:crypto'

/** No credential of these suites ends by itself. */
const NEVER_MS = 4_000_000_000_000

export function windowOf(changes: Partial<WindowTake> = {}): WindowTake {
  return { holder: 'caller', id: 'search free', limit: 50, windowMs: 2000, cost: 1, ...changes }
}

export function claimOf(changes: Partial<ClaimTake> = {}): ClaimTake {
  return {
    credential: 'payment',
    shard: 5,
    claimId: randomUUID(),
    uses: 1,
    expiresAtMs: NEVER_MS,
    leaseMs: 1000,
    lapse: 'giveBack',
    settled: true,
    ...changes,
  }
}

export function takingOf(window: WindowTake, shard = 5): AdmitRequest {
  return { shard, common: [], ways: [{ windows: [window], claims: [] }], otherwise: [] }
}

export function claimingOf(...claims: readonly ClaimTake[]): AdmitRequest {
  return { shard: claims[0]?.shard ?? 5, common: [], ways: [{ windows: [], claims }], otherwise: [] }
}

/** @returns the outcome, or `down` where there was none; and how long that took. */
export async function timed(
  work: () => AdmitOutcome | Promise<AdmitOutcome>,
): Promise<{ readonly outcome: AdmitOutcome['outcome'] | 'down'; readonly ms: number }> {
  const sinceMs = performance.now()
  try {
    const { outcome } = await work()
    return { outcome, ms: performance.now() - sinceMs }
  } catch {
    return { outcome: 'down', ms: performance.now() - sinceMs }
  }
}
