import type { PowOffer } from '@turnpike/protocol'
import type { GiveUpReason } from './events.ts'
import type { Settings } from './options.ts'
import type { Refusal } from './refusal.ts'

/** What to do about a refusal. */
export type Plan =
  | { readonly kind: 'work'; readonly offer: PowOffer }
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'giveUp'; readonly reason: GiveUpReason; readonly message: string }
  /** None of our business: other rails alone, or nothing that the options allow. */
  | { readonly kind: 'leave' }

/** What one call has done so far. */
export interface Spent {
  /** Requests sent. */
  readonly attempts: number
  readonly waitedMs: number
  /** Solutions sent. */
  readonly solutions: number
}

/**
 * Decides; pure.
 * @param origin whom a solution would be sent to
 * @param hashesPerSecond what this machine is believed to do
 */
export function planFor(
  refusal: Refusal,
  spent: Spent,
  settings: Settings,
  { origin, hashesPerSecond }: { readonly origin: string; readonly hashesPerSecond: number },
): Plan {
  const work = planWork(refusal, spent, settings, origin)
  const wait = planWait(refusal, spent, settings)
  if (spent.attempts >= settings.maxAttempts && (work !== undefined || wait !== undefined)) {
    return giveUp('attempts', `${spent.attempts} requests were sent; maxAttempts allows no more.`)
  }
  if (work?.kind !== 'work' || wait?.kind !== 'wait') return firstPossible(work, wait)
  const workMs = (work.offer.expectedHashes / hashesPerSecond) * 1000
  return settings.prefer === 'work' && workMs < wait.waitMs ? work : wait
}

/** Where both are hopeless, the work says why: it is what the refusal offers. */
function firstPossible(work: Plan | undefined, wait: Plan | undefined): Plan {
  if (work?.kind === 'work') return work
  if (wait?.kind === 'wait') return wait
  return work ?? wait ?? { kind: 'leave' }
}

function planWork(
  { offer, code }: Refusal,
  spent: Spent,
  settings: Settings,
  origin: string,
): Plan | undefined {
  if (offer === undefined || settings.work === undefined) return undefined
  // One that expired or was spent meanwhile deserves a second one; whoever does not look at solutions gets no third.
  const worthAgain = spent.solutions === 1 && code?.startsWith('credential_') === true
  if (spent.solutions > 0 && !worthAgain) {
    return giveUp('refused', `The solution was not accepted (${code ?? 'no reason given'}).`)
  }
  if (!settings.allowPlainHttp && isExposed(origin)) {
    return giveUp('plain_http', 'A solution is not sent over plain http; use https or set allowPlainHttp.')
  }
  return { kind: 'work', offer }
}

function planWait({ retryAfterMs }: Refusal, spent: Spent, { maxWaitMs }: Settings): Plan | undefined {
  if (retryAfterMs === undefined) return undefined
  const left = maxWaitMs - spent.waitedMs
  if (retryAfterMs <= left) return { kind: 'wait', waitMs: retryAfterMs }
  return giveUp('wait_too_long', `Retry-After is ${retryAfterMs} ms; maxWaitMs leaves ${left} ms.`)
}

/** Unencrypted on its way to another machine? */
function isExposed(origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  if (protocol !== 'http:') return false
  return !/^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)
}

function giveUp(reason: GiveUpReason, message: string): Plan {
  return { kind: 'giveUp', reason, message }
}
