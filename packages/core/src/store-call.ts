import type { Engine } from './engine.ts'
import type { AdmitOutcome, AdmitRequest } from './store.ts'

/** What the store said, or that it could not be asked. */
export type StoreAnswer = AdmitOutcome | { readonly outcome: 'down' }

/** Asks once, and once more when the answer came too late to count (R13). Never rejects: a dead store is an answer. */
export async function askStore({ store, warnings }: Engine, request: AdmitRequest): Promise<StoreAnswer> {
  try {
    const answer = await store.admit(request)
    return answer.outcome === 'late' ? await store.admit(request) : answer
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    warnings.atMostEachMinute('store_failed', `the store failed, calls are refused with 503: ${reason}`)
    return { outcome: 'down' }
  }
}
