import type { InvoiceRequest } from '@turnpike/core'

/** A request for an invoice that nobody minds: ten sats, for ten minutes. */
export function request(changes: Partial<InvoiceRequest> = {}): InvoiceRequest {
  return {
    amountMsat: 10_000,
    memo: 'my-api',
    expirySeconds: 600,
    signal: AbortSignal.timeout(30_000),
    ...changes,
  }
}
