import { bodyHint } from './body-hint.ts'
import { TurnpikeError } from './errors.ts'
import { checkKnownOptions } from './option-check.ts'
import type { PaymentSettings } from './payment-options.ts'
import type { RequestView } from './request.ts'
import type { Price, SatsTerms } from './requirement.ts'
import { isPromise } from './when-known.ts'
import { parseDuration } from './window.ts'

/** Terms of a payment, checked and computed. */
export interface SatsSpec {
  readonly price: Price
  readonly uses: number
  readonly validForMs: number
}

/** What a price function came to: whole satoshis, or why there is no price. */
export type PriceNow = { readonly sats: number } | { readonly complaint: string }

const MAX_USES = 100_000
/** A credential outlives its invoice by this much at least: who pays at the last moment must be able to call (R27). */
export const MARGIN_MS = 3_600_000
/** Longest that anything stays good: revocations are remembered as long. */
export const LONGEST_VALIDITY_MS = 366 * 86_400_000
const OPTIONS = ['amountSats', 'uses', 'validFor'] as const

/** @throws TurnpikeError `requirement_invalid`, `option_unknown` */
export function checkSatsTerms(terms: unknown, settings: PaymentSettings): SatsSpec {
  if (!isSatsTerms(terms)) throw invalid('take a price, as in sats(10)')
  checkKnownOptions('sats()', terms, OPTIONS)
  const { amountSats, uses = 1, validFor = '24h' } = terms
  if (typeof amountSats !== 'function' && !isPrice(amountSats, settings.maxSats)) {
    throw invalid(
      `price ${String(amountSats)}: take whole satoshis from 1 to ${settings.maxSats} (payments.maxSats), or a function of the request`,
    )
  }
  if (!Number.isInteger(uses) || uses < 1 || uses > MAX_USES)
    throw invalid(`uses ${uses}: take 1 to ${MAX_USES}`)
  const validForMs = parseDuration(validFor)
  const least = settings.invoiceExpiryMs + MARGIN_MS
  if (validForMs === undefined || validForMs < least || validForMs > LONGEST_VALIDITY_MS) {
    throw invalid(
      `validFor '${validFor}': take '${Math.ceil(least / 60_000)}m' (an hour more than payments.invoiceExpiry) to '366d'`,
    )
  }
  return { price: amountSats, uses, validForMs }
}

/** What this request costs. A function that is late, wrong or broken gives no price, and its way is closed (R23). */
export function priceOf(price: Price, view: RequestView | undefined, maxSats: number): PriceNow {
  if (typeof price === 'number') return { sats: price }
  if (view === undefined) return { complaint: 'there is no request to price' }
  try {
    const sats: unknown = price(view)
    // Nobody else would take up the failure of a promise, and it would end the process.
    if (isPromise(sats)) Promise.resolve(sats).catch(() => undefined)
    return isPrice(sats, maxSats)
      ? { sats }
      : {
          complaint: `it answered ${describe(sats)}, not whole satoshis from 1 to ${maxSats}${bodyHint(view)}`,
        }
  } catch (error) {
    return { complaint: `it threw ${error instanceof Error ? error.name : typeof error}${bodyHint(view)}` }
  }
}

function isPrice(value: unknown, maxSats: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxSats
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : typeof value
}

function isSatsTerms(terms: unknown): terms is SatsTerms {
  return typeof terms === 'object' && terms !== null && 'amountSats' in terms
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('requirement_invalid', `sats(): ${complaint}`)
}
