import type { AdmitOutcome, AdmitRequest, ClaimTake, Store, WindowTake } from '@turnpike/core'
import { BEGAN_MS } from './open-file.ts'

/** A request by one way, of one unit of a window of two in a second. */
export function taking(holder: string, changes: Partial<WindowTake> = {}): AdmitRequest {
  const window = { holder, id: 'app:free:1000', limit: 2, windowMs: 1000, cost: 1, ...changes }
  return { shard: 0, common: [], ways: [{ windows: [window], claims: [] }], otherwise: [] }
}

/** A request by one way, of the one use of a solution. */
export function claiming(changes: Partial<ClaimTake> = {}): AdmitRequest {
  const claim: ClaimTake = {
    credential: 'solution',
    shard: 0,
    claimId: 'claim',
    uses: 1,
    expiresAtMs: BEGAN_MS + 10_000,
    leaseMs: 1000,
    lapse: 'keep',
    settled: true,
    ...changes,
  }
  return { shard: 0, common: [], ways: [{ windows: [], claims: [claim] }], otherwise: [] }
}

/** Takes one unit for each, all at once. */
export async function takeAll(store: Store, holders: readonly string[]): Promise<readonly AdmitOutcome[]> {
  return await Promise.all(holders.map(async (holder) => await store.admit(taking(holder))))
}
