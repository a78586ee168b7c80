import type { PayeeInvoice } from './host.ts'

/** All invoices of the payee, by payment hash. */
export interface InvoiceBook {
  /** As it stands now. */
  find(paymentHash: string): PayeeInvoice | undefined
  /** @throws Error when there is none */
  get(paymentHash: string): PayeeInvoice
  put(invoice: PayeeInvoice): PayeeInvoice
}

/** LDK takes payments until two hours after the expiry: being late is for this book to see. */
export function createInvoiceBook(now: () => number): InvoiceBook {
  const invoices = new Map<string, PayeeInvoice>()

  function find(paymentHash: string): PayeeInvoice | undefined {
    const invoice = invoices.get(paymentHash)
    if (invoice?.state !== 'open' || now() < invoice.expiresAtMs) return invoice
    return { ...invoice, state: 'expired' }
  }

  return {
    find,
    get(paymentHash) {
      const invoice = find(paymentHash)
      if (invoice === undefined) throw new Error(`the payee has no invoice ${paymentHash}`)
      return invoice
    },
    put(invoice) {
      invoices.set(invoice.paymentHash, invoice)
      return invoice
    },
  }
}
