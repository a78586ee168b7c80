import type { Engine } from './engine.ts'
import type { StandInAnswer } from './stand-in.ts'
import type { AdmitOutcome, AdmitRequest } from './store.ts'
import { isPromise } from './when-known.ts'

/** What the store said, or who stood in for it; `down` where nobody could. */
export type StoreAnswer = (AdmitOutcome & { readonly isStandIn?: true }) | StandInAnswer

/**
 * Asks once, and once more when the answer came too late to count (R13). Never throws: for a dead store the stand-in answers
 * (R16). A store in memory answers at once, and so does this.
 */
export function askStore(engine: Engine, request: AdmitRequest): StoreAnswer | Promise<StoreAnswer> {
  try {
    const answer = engine.store.admit(request)
    if (isPromise(answer)) return answered(engine, request, answer)
    return answer.outcome === 'late' ? answered(engine, request, answer) : answer
  } catch (error) {
    return down(engine, error, request)
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
    return down(engine, error, request)
  }
}

function down({ warnings, standIn, emit }: Engine, error: unknown, request: AdmitRequest): StoreAnswer {
  const reason = error instanceof Error ? error.message : String(error)
  emit({ type: 'storeFailed', during: 'decision' })
  warnings.atMostEachMinute('store_failed', `the store failed, credentials are refused with 503: ${reason}`)
  return standIn.admit(request)
}
