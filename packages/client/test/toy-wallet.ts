import { PaymentError } from '@turnpike/client'
import type { InvoiceTerms, Payment, PaymentState, Wallet } from '@turnpike/client'
import { createHash, randomBytes } from 'node:crypto'

type Network = InvoiceTerms['network']

const PREFIXES: Record<Network, string> = {
  bitcoin: 'lnbc',
  testnet: 'lntb',
  signet: 'lntbs',
  regtest: 'lnbcrt',
}

export const sha256 = (hex: string): string =>
  createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex')

/** An invoice of our own making: the client believes whatever the wallet reads in it. */
export function toyInvoice(terms: {
  amountMsat: number
  paymentHash: string
  network?: Network
  expiresAtMs?: number
}): string {
  const { amountMsat, paymentHash, network = 'regtest', expiresAtMs = Date.now() + 600_000 } = terms
  return `${PREFIXES[network]}${amountMsat}q${Math.floor(expiresAtMs / 1000)}q${paymentHash}`
}

export function readToyInvoice(invoice: string): InvoiceTerms {
  const [, prefix, amount, expires, paymentHash = ''] =
    /^(lnbc|lntb|lntbs|lnbcrt)(\d+)q(\d+)q([0-9a-f]{64})$/.exec(invoice) ?? []
  const network = Object.entries(PREFIXES).find(([, text]) => text === prefix)?.[0] as Network | undefined
  if (network === undefined) throw new PaymentError('invoice_invalid', 'no toy invoice')
  return { network, amountMsat: Number(amount), paymentHash, expiresAtMs: Number(expires) * 1000 }
}

/** What a payment of the toy network did: shared by sellers, who know preimages, and wallets, who learn them. */
export interface ToyNetwork {
  readonly preimages: Map<string, string>
  /** Hashes, one for each time that money moved. */
  readonly paid: string[]
  /** Of invoices from now on. */
  invoiceLifeMs: number
  invoice(
    amountMsat: number,
    options?: { network?: Network; expiresAtMs?: number },
  ): { invoice: string; paymentHash: string }
}

export function toyNetwork(): ToyNetwork {
  const preimages = new Map<string, string>()
  return {
    preimages,
    paid: [],
    invoiceLifeMs: 600_000,
    invoice(amountMsat, options = {}) {
      const preimage = randomBytes(32).toString('hex')
      const paymentHash = sha256(preimage)
      preimages.set(paymentHash, preimage)
      const expiresAtMs = Date.now() + this.invoiceLifeMs
      return { paymentHash, invoice: toyInvoice({ amountMsat, paymentHash, expiresAtMs, ...options }) }
    },
  }
}

/** What a test may change about the wallet. */
export interface ToyWalletOptions {
  readonly network?: Network
  readonly feeMsat?: number
  /** Takes the place of paying; `pay` does it. */
  readonly onPay?: (pay: () => Payment, paymentHash: string) => Payment | Promise<Payment>
  /** Takes the place of looking back; `false`: this wallet cannot. */
  readonly onFind?: false | ((paymentHash: string) => PaymentState | Promise<PaymentState>)
}

export function walletOf(
  network: ToyNetwork = toyNetwork(),
  options: ToyWalletOptions = {},
): Wallet & { readonly asked: string[] } {
  const { feeMsat = 0, onPay = (pay) => pay(), onFind } = options
  const asked: string[] = []
  const find = (paymentHash: string): PaymentState =>
    network.paid.includes(paymentHash)
      ? { state: 'succeeded', preimage: network.preimages.get(paymentHash) ?? '', fees_paid: feeMsat }
      : { state: 'unknown' }
  return {
    asked,
    network: options.network ?? 'regtest',
    readInvoice: readToyInvoice,
    async payInvoice({ invoice }) {
      const { paymentHash } = readToyInvoice(invoice)
      asked.push(paymentHash)
      const pay = (): Payment => {
        const preimage = network.preimages.get(paymentHash)
        if (preimage === undefined) throw new PaymentError('payment_failed', 'nobody waits for this payment')
        network.paid.push(paymentHash)
        return { preimage, fees_paid: feeMsat }
      }
      return await onPay(pay, paymentHash)
    },
    ...(onFind === false ? {} : { findPayment: async (hash: string) => await (onFind ?? find)(hash) }),
  }
}
