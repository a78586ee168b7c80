import type { RefusalParts } from './refusal.ts'
import type { StoreAnswer } from './store-call.ts'

/** The store made no decision: nothing was taken, and nobody is let in (R16). */
export function outage(answer: StoreAnswer | Undecided): RefusalParts {
  return OUTAGES[answer.outcome === 'admitted' || answer.outcome === 'refused' ? 'down' : answer.outcome]
}

/** The store was not even asked: what the call would take is not known. */
export interface Undecided {
  readonly outcome: 'unestimated'
}

const OUTAGES: Readonly<Record<'down' | 'full' | 'late' | 'corrupt' | 'unestimated', RefusalParts>> = {
  unestimated: { code: 'estimate_unknown' },
  down: { code: 'store_down', waitMs: 1000 },
  full: { code: 'store_full', waitMs: 5000 },
  late: { code: 'store_late', waitMs: 1000 },
  corrupt: { code: 'store_corrupt', waitMs: 60_000 },
}
