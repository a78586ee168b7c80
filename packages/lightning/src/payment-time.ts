import {
  checkDuration,
  checkServiceOptions,
  LONGEST_TIMER_MS,
  type WalletOptions,
} from './service-options.ts'

const DEFAULT_PAYMENT_TIMEOUT_MS = 60_000
/** We wait longer than the node tries, so that it is the node who says how the payment ended. */
const MARGIN = 1.2

/**
 * Checks the options of a wallet.
 *
 * @param own - the names of the options that this wallet has besides.
 * @returns ms for which a payment is waited for.
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function checkWalletOptions(owner: string, options: WalletOptions, own: readonly string[]): number {
  checkServiceOptions(owner, options, [...own, 'paymentTimeoutMs'])
  return paymentTimeout(owner, options.paymentTimeoutMs)
}

/** @returns ms; the default for undefined. @throws TurnpikeError `option_invalid` */
export function paymentTimeout(owner: string, ms: number | undefined): number {
  checkDuration(owner, 'paymentTimeoutMs', ms)
  return ms ?? DEFAULT_PAYMENT_TIMEOUT_MS
}

/** For how long a node is told to try: whole seconds, one at least. */
export function secondsToTry(timeoutMs: number): number {
  return Math.max(1, Math.floor(timeoutMs / 1000))
}

/** For how long a node is waited for that was told how long to try; ms. */
export function msToWait(timeoutMs: number): number {
  return Math.min(LONGEST_TIMER_MS, Math.ceil(timeoutMs * MARGIN))
}
