import type { Engine } from './engine.ts'
import type { AdmitOutcome, AdmitRequest } from './store.ts'
import { isPromise } from './when-known.ts'

/** What the store said, or that it could not be asked. */
export type StoreAnswer = AdmitOutcome | { readonly outcome: 'down' }

/**
 * Asks once, and once more when the answer came too late to count (R13). Never throws: a dead store is an answer. A store
 * in memory answers at once, and so does this.
 */
export function askStore(engine: Engine, request: AdmitRequest): StoreAnswer | Promise<StoreAnswer> {
  try {
    const answer = engine.store.admit(request)
    if (isPromise(answer)) return answered(engine, request, answer)
    return answer.outcome === 'late' ? answered(engine, request, answer) : answer
  } catch (error) {
    return down(engine, error)
  }
}

async function answered(
  engine: Engine,
  request: AdmitRequest,
  first: AdmitOutcome | PromiseLike<AdmitOutcome>,
): Promise<StoreAnswer> {
  try {
    const answer = await first
    return answer.outcome === 'late' ? await engine.store.admit(request) : answer
  } catch (error) {
    return down(engine, error)
  }
}

function down({ warnings }: Engine, error: unknown): StoreAnswer {
  const reason = error instanceof Error ? error.message : String(error)
  warnings.atMostEachMinute('store_failed', `the store failed, calls are refused with 503: ${reason}`)
  return { outcome: 'down' }
}
