import { type BitcoinNetwork, checkKnownOptions } from '@turnpike/core'
import type { PaymentState } from '@turnpike/client'
import { orDeadline } from './deadline.ts'
import { paymentTimeout } from './payment-time.ts'
import { integerIn, textIn } from './reply.ts'
import { checkNetwork, invalid } from './service-options.ts'
import { createWallet, type LightningWallet } from './wallet.ts'

/** Whatever pays in the shape of Alby's wallets: an `NWCClient` of its SDK, an object of your own. */
export interface InvoicePayer {
  /** Pays once. The preimage is 64 hex digits; `fees_paid` is in millisatoshis. */
  payInvoice(request: {
    readonly invoice: string
  }): Promise<{ readonly preimage: string; readonly fees_paid?: number }>
  findPayment?(paymentHash: string): Promise<PaymentState>
  close?(): unknown
}

/** Options of `lightningWallet()`. */
export interface LightningWalletOptions {
  /** The only network it pays on. Default `'bitcoin'`. */
  readonly network?: BitcoinNetwork
  /** Longest that a payment, or a look back, is waited for, in ms. After that it is in doubt. Default 60,000. */
  readonly paymentTimeoutMs?: number
  /** The time in ms since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * A wallet around anything that has Alby's `payInvoice`: adds the strict reading of invoices and the check of the
 * preimage. What it throws leaves the payment in doubt, unless it is a `PaymentError`; a call that was not waited for to
 * its end is not made again while it goes on.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function lightningWallet(payer: InvoicePayer, options: LightningWalletOptions = {}): LightningWallet {
  checkKnownOptions('lightningWallet()', options, ['network', 'paymentTimeoutMs', 'now'])
  checkNetwork('lightningWallet()', options.network)
  if (typeof payer.payInvoice !== 'function')
    throw invalid('lightningWallet()', 'payer', 'must have payInvoice()')
  const timeoutMs = paymentTimeout('lightningWallet()', options.paymentTimeoutMs)
  const look = payer.findPayment?.bind(payer)
  const find =
    look && (async (hash: string) => await orDeadline(timeoutMs, undefined, async () => await look(hash)))
  const underWay = new Map<string, ReturnType<InvoicePayer['payInvoice']>>()
  const pay = async (invoice: string): ReturnType<InvoicePayer['payInvoice']> => {
    const payment = underWay.get(invoice) ?? payer.payInvoice({ invoice })
    underWay.set(invoice, payment)
    try {
      return await payment
    } finally {
      underWay.delete(invoice)
    }
  }
  return createWallet({
    name: 'the wallet',
    network: options.network,
    now: options.now,
    send: async ({ invoice }) => {
      const paid = await orDeadline(timeoutMs, undefined, async () => await pay(invoice))
      return {
        outcome: 'paid',
        preimage: textIn(paid, 'preimage'),
        feesMsat: integerIn(paid, 'fees_paid'),
      }
    },
    ...(find === undefined ? {} : { find }),
    close: async () => {
      await payer.close?.()
    },
  })
}
