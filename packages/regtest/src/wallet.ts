import { PaymentError } from '@turnpike/client'
import type { PaymentErrorCode, PaymentState, Wallet } from '@turnpike/client'
import { readInvoice } from '@turnpike/lightning'
import type { Host, PaymentFault, PaymentOutcome, SentPayment } from './host.ts'

/** A wallet that really pays, from a channel of its own to the payee. */
export interface RegtestWallet extends Wallet {
  /** The most that one payment can be now, millisatoshis. */
  balanceMsat(): Promise<number>
  /** Pays, and says in the node's words how it went. */
  send(invoice: string): Promise<PaymentOutcome>
  /** What the node remembers of a payment that it has sent. */
  findSent(paymentHash: string): Promise<SentPayment | undefined>
  findPayment(paymentHash: string): Promise<PaymentState>
}

/** @param number - of the wallet in its host */
export function createWallet(host: Host, number: number): RegtestWallet {
  return {
    network: 'regtest',
    readInvoice,
    async payInvoice({ invoice }) {
      const outcome = await host.pay(number, invoice)
      if (outcome.state === 'failed') throw new PaymentError(CODES[outcome.fault], outcome.message)
      return { preimage: outcome.preimage, fees_paid: outcome.feeMsat }
    },
    async findPayment(paymentHash) {
      const sent = await host.findPayment(number, paymentHash)
      if (sent === undefined) return { state: 'unknown' }
      if (sent.state !== 'succeeded') return { state: sent.state }
      return { state: 'succeeded', preimage: sent.preimage, fees_paid: sent.feeMsat }
    },
    balanceMsat: async () => await host.spendableMsat(number),
    send: async (invoice) => await host.pay(number, invoice),
    findSent: async (paymentHash) => await host.findPayment(number, paymentHash),
  }
}

const CODES: Readonly<Record<PaymentFault, PaymentErrorCode>> = {
  invalid_invoice: 'invoice_invalid',
  wrong_network: 'invoice_invalid',
  no_amount: 'invoice_invalid',
  expired: 'payment_failed',
  insufficient_liquidity: 'payment_failed',
  no_route: 'payment_failed',
  rejected: 'payment_failed',
  // It was sent, by an earlier call: who counts it as unspent would spend it twice. `findPayment` knows its end.
  already_paid: 'payment_in_doubt',
  in_flight: 'payment_in_doubt',
}
