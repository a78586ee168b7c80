import type { ProblemCode } from '@turnpike/protocol'
import type { PlannedWay } from './plan.ts'
import type { ClaimOutcome, WayRefusal } from './store.ts'

const CLAIM_CODES: Readonly<Record<Exclude<ClaimOutcome, 'claimed'>, ProblemCode>> = {
  spent: 'credential_spent',
  inFlight: 'credential_in_use',
  exhausted: 'credential_exhausted',
  expired: 'credential_expired',
  lost: 'credential_lost',
  unsettled: 'credential_unsettled',
}

/** Why a way that the caller tried did not admit it; undefined when no credential was shown for it. */
export function wayFault(way: PlannedWay, refusal: WayRefusal): ProblemCode | undefined {
  if (way.fault !== undefined) return way.fault
  if (way.prepared === undefined || way.take.lookOnly === true) return undefined
  const claim = refusal.claims.find((outcome) => outcome !== 'claimed')
  if (claim !== undefined) return CLAIM_CODES[claim]
  return quotaFits(way, refusal) ? 'credential_too_weak' : 'quota_reached'
}

/** Would the way's own windows admit one more call? The windows after them follow recent calls, not the quota. */
export function quotaFits(way: PlannedWay, refusal: WayRefusal): boolean {
  return refusal.windows.every((state, index) => index >= way.windows.length || state.retryMs === 0)
}
