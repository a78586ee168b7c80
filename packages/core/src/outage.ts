import type { RefusalParts } from './refusal.ts'
import type { StoreAnswer } from './store-call.ts'

/** The store made no decision: nothing was taken, and nobody is let in (R16). */
export function outage(answer: StoreAnswer): RefusalParts {
  return OUTAGES[answer.outcome === 'admitted' || answer.outcome === 'refused' ? 'down' : answer.outcome]
}

const OUTAGES: Readonly<Record<'down' | 'full' | 'late' | 'corrupt', RefusalParts>> = {
  down: { code: 'store_down', waitMs: 1000 },
  full: { code: 'store_full', waitMs: 5000 },
  late: { code: 'store_late', waitMs: 1000 },
  corrupt: { code: 'store_corrupt', waitMs: 60_000 },
}
