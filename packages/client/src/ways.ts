import type { Ways } from './choice.ts'
import type { NegotiatorSettings } from './negotiator-options.ts'
import { obstacle } from './obstacle.ts'
import { isExposed } from './plain-http.ts'
import type { Refusal } from './refusal.ts'

/** What one call has done so far. */
export interface Effort {
  /** Requests sent. */
  attempts: number
  waitedMs: number
  /** Solutions sent to this address. */
  solutions: number
}

const DEFAULT_MAX_BITS = 24

/** Whether to work; pure. */
export function workWay(
  { pow, code }: Refusal,
  { solutions }: Effort,
  { work, allowPlainHttp }: NegotiatorSettings,
  origin: string,
): Ways['work'] {
  if (pow === undefined || work === undefined) return undefined
  // One that expired or was spent meanwhile deserves a second one; whoever does not look at solutions gets no third.
  const isWorthAgain = solutions === 1 && code?.startsWith('credential_') === true
  if (solutions > 0 && !isWorthAgain) {
    return obstacle('refused', `The solution was not accepted (${code ?? 'no reason given'}).`)
  }
  if (!allowPlainHttp && isExposed(origin)) {
    return obstacle('plain_http', 'A solution is not sent over plain http; use https or set allowPlainHttp.')
  }
  const { maxBits = DEFAULT_MAX_BITS } = work
  if (pow.expectedHashes > 2 ** maxBits) {
    const message = `It asks for ${pow.expectedHashes} hashes; maxBits allows ${2 ** maxBits}.`
    return obstacle('too_hard', message)
  }
  return { kind: 'work', offer: pow }
}

/** Whether to wait; pure. */
export function waitWay(
  retryAfterMs: number | undefined,
  { waitedMs }: Effort,
  { maxWaitMs }: NegotiatorSettings,
): Ways['wait'] {
  if (retryAfterMs === undefined) return undefined
  const left = maxWaitMs - waitedMs
  if (retryAfterMs <= left) return { kind: 'wait', waitMs: retryAfterMs }
  return obstacle('wait_too_long', `It asks to wait ${retryAfterMs} ms; maxWaitMs leaves ${left} ms.`)
}
