import type { InvoiceState, LightningBackend } from '@turnpike/core'
import type { Host, PayeeInvoice } from './host.ts'

/** The payee as a gate knows it. Its payments are real ones, of coins that are worth nothing. */
export function createBackend(host: Host, options: { readonly acceptsLate: boolean }): LightningBackend {
  return {
    name: 'regtest',
    network: 'regtest',
    isFake: true,
    async createInvoice({ amountMsat, memo, expirySeconds, signal }) {
      signal.throwIfAborted()
      const { invoice, paymentHash, expiresAtMs } = await host.addInvoice({ amountMsat, memo, expirySeconds })
      return { invoice, paymentHash, amountMsat, expiresAtMs, network: 'regtest' }
    },
    async lookUp(paymentHash, signal) {
      signal.throwIfAborted()
      const invoice = await host.findInvoice(paymentHash)
      if (invoice === undefined) throw new Error(`the payee has no invoice ${paymentHash}`)
      return stateOf(invoice, options.acceptsLate)
    },
  }
}

function stateOf({ state }: PayeeInvoice, acceptsLate: boolean): InvoiceState {
  switch (state) {
    case 'settled':
      return 'settled'
    case 'open':
    case 'accepted':
      return 'pending'
    case 'expired':
      return acceptsLate ? 'pending' : 'gone'
    case 'cancelled':
      return 'gone'
  }
}
