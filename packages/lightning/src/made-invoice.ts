import type { BitcoinNetwork, Invoice, InvoiceRequest } from '@turnpike/core'
import { readInvoice, type ReadInvoice } from './invoice.ts'
import { LightningError } from './lightning-error.ts'

/** BOLT 11: a field has at most 1,023 words of 5 bits. */
const LONGEST_MEMO_BYTES = 639
const LONGEST_EXPIRY_SECONDS = 365 * 86_400

/**
 * @param owner - the backend's name, for the message.
 * @throws RangeError for an amount that is not whole sats, a memo that no invoice can hold, a time that cannot be.
 */
export function checkRequest(owner: string, { amountMsat, memo, expirySeconds }: InvoiceRequest): void {
  if (!Number.isSafeInteger(amountMsat) || amountMsat <= 0 || amountMsat % 1000 !== 0) {
    throw new RangeError(`${owner}: amountMsat must be a positive multiple of 1,000`)
  }
  if (new TextEncoder().encode(memo).length > LONGEST_MEMO_BYTES) {
    throw new RangeError(`${owner}: the memo has more than ${LONGEST_MEMO_BYTES} bytes of UTF-8`)
  }
  if (!Number.isInteger(expirySeconds) || expirySeconds <= 0 || expirySeconds > LONGEST_EXPIRY_SECONDS) {
    throw new RangeError(`${owner}: expirySeconds must be a whole number of seconds, a year at most`)
  }
}

/** What a service answered when it was asked for an invoice. */
export interface MadeInvoice {
  /** BOLT 11 text; undefined when there was none. */
  readonly invoice: string | undefined
  /** As the service says, 64 hex digits. It must be that of the invoice. */
  readonly paymentHash: string | undefined
}

/** The circumstances under which an invoice was made. */
export interface MadeFor {
  readonly owner: string
  readonly network: BitcoinNetwork
  readonly nowMs: number
}

/**
 * Reads back what a service made: an invoice over another amount, of another network, with another hash or another
 * lifetime is worth nothing to a gate that signs these terms.
 *
 * @throws LightningError `lightning_invoice_refused`
 */
export function checkMade(made: MadeInvoice, request: InvoiceRequest, context: MadeFor): Invoice {
  const read = readMade(made.invoice, context.owner)
  const wrong = differenceOf(read, made.paymentHash, request, context)
  if (wrong !== undefined) throw refused(context.owner, wrong)
  const { invoice, paymentHash, amountMsat, expiresAtMs, network } = read
  return { invoice, paymentHash, amountMsat, expiresAtMs, network }
}

function readMade(invoice: string | undefined, owner: string): ReadInvoice {
  if (invoice === undefined) throw refused(owner, 'there is no invoice in the answer')
  try {
    return readInvoice(invoice)
  } catch (error) {
    throw refused(owner, error instanceof Error ? error.message : 'it cannot be read', error)
  }
}

function differenceOf(
  read: ReadInvoice,
  paymentHash: string | undefined,
  request: InvoiceRequest,
  { network, nowMs }: MadeFor,
): string | undefined {
  if (read.network !== network) return `it is of the network ${read.network}, not ${network}`
  if (read.amountMsat !== request.amountMsat) {
    return `it is over ${read.amountMsat} msat, not ${request.amountMsat}`
  }
  if (paymentHash !== read.paymentHash) return 'its payment hash is not the one that the service names'
  if (read.expirySeconds !== request.expirySeconds) {
    return `it can be paid for ${read.expirySeconds} s, not ${request.expirySeconds}`
  }
  if (read.expiresAtMs <= nowMs) return 'it has expired already: is one of the two clocks wrong?'
  return undefined
}

function refused(owner: string, problem: string, cause?: unknown): LightningError {
  return new LightningError('lightning_invoice_refused', `${owner}: the invoice is refused: ${problem}`, {
    cause,
  })
}
