import type { ClaimRef, ClaimTake } from '@turnpike/core'

/**
 * Claims of decisions whose answer never came: they may have been made all the same. They are undone when the server is
 * back (RULES R11); their callers were told 503.
 */
export interface LateClaims {
  add(claims: readonly ClaimTake[]): void
  /** Tries once for each. What cannot be undone now is tried again at the next call. */
  release(undo: (claim: ClaimRef) => Promise<unknown>): Promise<void>
}

/** Beyond it the oldest are left to their leases. */
const MOST = 10_000

/** @param now - milliseconds of a clock that never steps. */
export function createLateClaims(now: () => number = () => performance.now()): LateClaims {
  const late = new Map<string, { readonly claim: ClaimTake; readonly untilMs: number }>()
  return {
    add(claims) {
      for (const claim of claims) {
        const [oldest] = late.keys()
        if (late.size >= MOST && oldest !== undefined) late.delete(oldest)
        late.set(`${claim.claimId} ${claim.credential}`, { claim, untilMs: now() + claim.leaseMs })
      }
    },
    async release(undo) {
      const released = [...late].map(async ([key, { claim, untilMs }]) => {
        late.delete(key)
        if (now() > untilMs) return
        const { credential, shard, claimId } = claim
        await undo({ credential, shard, claimId }).catch(() => late.set(key, { claim, untilMs }))
      })
      await Promise.all(released)
    },
  }
}
