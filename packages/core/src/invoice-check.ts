import type { BitcoinNetwork, Invoice } from './lightning-backend.ts'

/** What was asked for. */
export interface InvoiceTerms {
  readonly amountMsat: number
  readonly network: BitcoinNetwork
  readonly expirySeconds: number
  readonly nowMs: number
}

const PAYMENT_HASH = /^[0-9a-f]{64}$/
/** It stands in a header field beside the macaroon, twice, and all fields together must stay below 4 kB. */
const BOLT11 = /^ln[a-z0-9]+$/
const MAX_BOLT11 = 2048
/** Less is no time to pay in. */
const LEAST_LIFE_MS = 30_000
/** The clocks of the store and of the node differ, and what was sold outlives the invoice in any case (R27). */
const LEEWAY_MS = 600_000

/**
 * Is it the invoice that was asked for? What is signed into a macaroon rests on this (R26): an invoice for less, on another
 * network, or with something else in place of the payment hash would be a way in for less than the price.
 *
 * @returns what is wrong, for the operator
 */
export function invoiceFault(invoice: Invoice, terms: InvoiceTerms): string | undefined {
  const { amountMsat, network, expirySeconds, nowMs } = terms
  if (!PAYMENT_HASH.test(invoice.paymentHash)) return 'its payment hash is none'
  if (!(invoice.invoice.length <= MAX_BOLT11) || !BOLT11.test(invoice.invoice))
    return 'its text is no BOLT 11 invoice of at most 2048 characters'
  if (invoice.network !== network) return `it is for ${invoice.network}, not ${network}`
  if (invoice.amountMsat !== amountMsat) return `it is for ${invoice.amountMsat} msat, not ${amountMsat}`
  const lifeMs = invoice.expiresAtMs - nowMs
  if (!(lifeMs > LEAST_LIFE_MS)) return 'it has expired, or is about to'
  if (lifeMs > expirySeconds * 1000 + LEEWAY_MS) return `it can be paid for longer than ${expirySeconds} s`
  return undefined
}
