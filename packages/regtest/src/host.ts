/** An invoice to be made by the payee. */
export interface NewInvoice {
  /** Millisatoshis, positive. */
  readonly amountMsat: number
  /** At most 639 bytes of UTF-8. */
  readonly memo: string
  readonly expirySeconds: number
}

/**
 * - `open`: it can be paid; `accepted`: a payment is held back (see `Payee.hold`); `settled`: paid;
 * - `cancelled`, `expired`: a payment would be turned away.
 */
export type PayeeInvoiceState = 'open' | 'accepted' | 'settled' | 'cancelled' | 'expired'

/** An invoice as the node that made it knows it: the preimage from the beginning. */
export interface PayeeInvoice extends NewInvoice {
  /** BOLT 11 text. */
  readonly invoice: string
  /** 64 lower-case hex digits. */
  readonly paymentHash: string
  /** 64 lower-case hex digits. A node knows it before anybody has paid: whoever shows it gives the goods away. */
  readonly preimage: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly state: PayeeInvoiceState
  readonly settledAtMs?: number
}

/** Why a payment was not made; nothing was spent by this attempt. */
export type PaymentFault =
  /** No BOLT 11 invoice. */
  | 'invalid_invoice'
  /** An invoice of another network. */
  | 'wrong_network'
  /** An invoice that leaves the amount open. */
  | 'no_amount'
  | 'expired'
  /** Paid by this wallet before. */
  | 'already_paid'
  /** Begun by this wallet before, and still under way. */
  | 'in_flight'
  | 'insufficient_liquidity'
  | 'no_route'
  /** The payee turned it away: paid by another, cancelled, or late. */
  | 'rejected'

/** How a payment went. */
export type PaymentOutcome =
  | { readonly state: 'succeeded'; readonly preimage: string; readonly feeMsat: number }
  | { readonly state: 'failed'; readonly fault: PaymentFault; readonly message: string }

/** A payment that was sent, as the wallet's node remembers it. */
export type SentPayment = {
  readonly invoice: string
  readonly paymentHash: string
  readonly amountMsat: number
  readonly startedAtMs: number
} & ({ readonly state: 'pending' } | (PaymentOutcome & { readonly endedAtMs: number }))

/** Where the nodes run: in this thread, or in one of their own. Plain data goes in and comes out. */
export interface Host {
  addInvoice(invoice: NewInvoice): Promise<PayeeInvoice>
  findInvoice(paymentHash: string): Promise<PayeeInvoice | undefined>
  holdInvoice(paymentHash: string): Promise<void>
  releaseInvoice(paymentHash: string): Promise<void>
  cancelInvoice(paymentHash: string): Promise<void>
  /** Opens a wallet with a channel of its own. @returns its number */
  openWallet(balanceSats: number): Promise<number>
  pay(wallet: number, invoice: string): Promise<PaymentOutcome>
  findPayment(wallet: number, paymentHash: string): Promise<SentPayment | undefined>
  /** The most that one payment can be now, millisatoshis. */
  spendableMsat(wallet: number): Promise<number>
  close(): Promise<void>
}

/** What the nodes run by. */
export interface HostOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Neither side minds that an invoice has expired. */
  readonly acceptsLate: boolean
}
