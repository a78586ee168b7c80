import type { PowOffer, Problem } from '@turnpike/protocol'
import type { ClientSettings, McpGiveUpReason } from './client-options.ts'

/** What one call has done so far. */
export interface CallCost {
  /** Times that it was sent. */
  readonly attempts: number
  readonly waitedMs: number
  /** Solutions sent. */
  readonly solutions: number
}

/** What to do about a refusal. */
export type CallPlan =
  | { readonly kind: 'work'; readonly offer: PowOffer }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'giveUp'; readonly reason: McpGiveUpReason; readonly message: string }
  /** Nothing that the options allow. */
  | { readonly kind: 'leave' }

/** Slow machines do more; work that would take longer than waiting is not worth it. */
const HASHES_PER_MS = 1000

/** Decides; pure. */
export function planCall(problem: Problem, cost: CallCost, settings: ClientSettings): CallPlan {
  const work = planWork(problem, cost, settings)
  const wait = planWait(problem, cost, settings)
  if (work === undefined && wait === undefined) return { kind: 'leave' }
  if (cost.attempts >= settings.maxAttempts) {
    return giveUp('attempts', `The call was sent ${cost.attempts} times; maxAttempts allows no more.`)
  }
  if (work?.kind === 'work' && wait?.kind === 'wait') {
    return work.offer.expectedHashes / HASHES_PER_MS < wait.waitMs ? work : wait
  }
  if (wait?.kind === 'wait') return wait
  return work ?? wait ?? { kind: 'leave' }
}

function planWork(
  { offers = [], code }: Problem,
  { solutions }: CallCost,
  { work }: ClientSettings,
): CallPlan | undefined {
  const offer = offers.find((one) => one.rail === 'pow')
  if (offer?.rail !== 'pow' || work === undefined) return undefined
  // One that expired or was spent meanwhile deserves a second one; whoever does not look at solutions gets no third.
  const worthAgain = solutions === 1 && code.startsWith('credential_')
  if (solutions === 0 || worthAgain) return { kind: 'work', offer }
  return giveUp('refused', `The solution was not accepted (${code}).`)
}

function planWait(
  { retryAfter }: Problem,
  { waitedMs }: CallCost,
  { maxWaitMs }: ClientSettings,
): CallPlan | undefined {
  if (retryAfter === undefined) return undefined
  const [waitMs, left] = [retryAfter * 1000, maxWaitMs - waitedMs]
  if (waitMs <= left) return { kind: 'wait', waitMs }
  return giveUp('wait_too_long', `The server asks to wait ${waitMs} ms; maxWaitMs leaves ${left} ms.`)
}

function giveUp(reason: McpGiveUpReason, message: string): CallPlan {
  return { kind: 'giveUp', reason, message }
}
