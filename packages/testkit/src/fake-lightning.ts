import type { BitcoinNetwork, Invoice, InvoiceRequest, InvoiceState, LightningBackend } from '@turnpike/core'
import { createHash, randomBytes } from 'node:crypto'

/** A backend without a network: who has the invoice may pay it, by asking. */
export interface FakeLightning extends LightningBackend {
  /** All invoices made so far, oldest first. */
  readonly invoices: readonly Invoice[]
  /** Payment hashes that were looked up, oldest first. */
  readonly lookedUp: readonly string[]
  /** All requests for an invoice. */
  readonly requests: readonly InvoiceRequest[]
  /** Pays an invoice. @returns the preimage, 64 hex digits */
  pay(invoice: string): string
  /** The preimage of an invoice, paid or not: what a leaking backend shows. */
  preimageOf(invoice: string): string
  /** No payment will come any more. */
  cancel(invoice: string): void
  /** What to do in place of the backend's own behaviour; for slow, broken and lying ones. */
  readonly instead: {
    createInvoice?: ((request: InvoiceRequest) => Promise<Invoice>) | undefined
    lookUp?: ((paymentHash: string, signal: AbortSignal) => Promise<InvoiceState>) | undefined
  }
}

/** What a test may want of it. */
export interface FakeLightningOptions {
  readonly network?: BitcoinNetwork
  /** Milliseconds since 1970 (default Date.now). */
  readonly now?: () => number
  readonly isFake?: boolean
  readonly leaksPreimages?: boolean
  /** Characters of an invoice (default 390: one with a few hops of routing hints). */
  readonly invoiceLength?: number
}

interface FakePayment {
  readonly invoice: Invoice
  readonly preimage: string
  state: InvoiceState
}

const PREFIXES: Readonly<Record<BitcoinNetwork, string>> = {
  bitcoin: 'lnbc',
  testnet: 'lntb',
  signet: 'lntbs',
  regtest: 'lnbcrt',
}

/** @example const lightning = createFakeLightning(); createGate({ lightning }); lightning.pay(refusal.body.invoice) */
export function createFakeLightning(options: FakeLightningOptions = {}): FakeLightning {
  const { network = 'regtest', now = Date.now, isFake = true, leaksPreimages = false } = options
  const payments: FakePayment[] = []
  const lookedUp: string[] = []
  const requests: InvoiceRequest[] = []
  const instead: FakeLightning['instead'] = {}
  const find = (text: string): FakePayment => {
    const found = payments.find(({ invoice }) => invoice.invoice === text)
    if (found === undefined) throw new Error('no invoice of this backend')
    return found
  }
  const create = ({ amountMsat, expirySeconds }: InvoiceRequest): Invoice => {
    const preimage = randomBytes(32)
    const paymentHash = createHash('sha256').update(preimage).digest('hex')
    const start = `${PREFIXES[network]}${amountMsat / 100}n1p${paymentHash}`
    const invoice: Invoice = {
      invoice: start.padEnd(options.invoiceLength ?? 390, 'q'),
      paymentHash,
      amountMsat,
      expiresAtMs: now() + expirySeconds * 1000,
      network,
    }
    payments.push({ invoice, preimage: preimage.toString('hex'), state: 'pending' })
    return invoice
  }
  return {
    name: 'fake',
    network,
    isFake,
    leaksPreimages,
    lookedUp,
    requests,
    instead,
    get invoices() {
      return payments.map(({ invoice }) => invoice)
    },
    async createInvoice(request) {
      requests.push(request)
      return instead.createInvoice === undefined ? create(request) : await instead.createInvoice(request)
    },
    async lookUp(paymentHash, signal) {
      lookedUp.push(paymentHash)
      if (instead.lookUp !== undefined) return await instead.lookUp(paymentHash, signal)
      return payments.find(({ invoice }) => invoice.paymentHash === paymentHash)?.state ?? 'gone'
    },
    pay(text) {
      const payment = find(text)
      payment.state = 'settled'
      return payment.preimage
    },
    preimageOf: (text) => find(text).preimage,
    cancel(text) {
      find(text).state = 'gone'
    },
  }
}
