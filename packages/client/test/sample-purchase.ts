import type { Purchase } from '@turnpike/client'
import type { Bought } from '../src/payer.ts'

/** A purchase that is paid for, and was not let in with yet. */
export function samplePurchase(changes: Partial<Purchase> = {}): Bought {
  return {
    paymentHash: 'ab'.repeat(32),
    invoice: 'lnbc1',
    invoiceExpiresAtMs: 0,
    amountMsat: 1,
    maxFeeMsat: 0,
    scheme: 'L402',
    token: 'AAAA',
    preimage: 'cd'.repeat(32),
    goodUntilMs: 1,
    origin: 'https://a.example',
    request: 'GET /',
    isTurnpike: true,
    wasAccepted: false,
    holds: [],
    ...changes,
  }
}
