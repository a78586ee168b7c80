import type { PowSpec } from './pow-terms.ts'

/** Window of recent calls, issued and redeemed, that difficulty follows (R21). */
export const RECENT_WINDOW_MS = 60_000
/** So many recent calls cost the base difficulty: 30 calls a minute, each issued and redeemed. */
const RECENT_AT_BASE = 60
/** Work may fall short of today's demand by so many bits, because callers differ in when they asked (R19). */
const SLACK_BITS = 2

/** Work demanded of a caller with `recent` calls: doubles with every further `RECENT_AT_BASE`. */
export function workFor(spec: PowSpec, recent: number): number {
  const doublings = Math.max(0, recent - RECENT_AT_BASE) / RECENT_AT_BASE
  return Math.min(spec.maxWork, spec.baseWork * 2 ** doublings)
}

/**
 * The inverse: most recent calls at which work already done still suffices, with the slack.
 * Undefined when no number of calls demands more: difficulty is flat, or the work is at the top.
 */
export function recentLimitFor(spec: PowSpec, work: number): number | undefined {
  const allowed = work * 2 ** SLACK_BITS
  if (allowed >= spec.maxWork) return undefined
  return Math.floor(RECENT_AT_BASE * (1 + Math.log2(allowed / spec.baseWork)))
}
