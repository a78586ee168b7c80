/** What a BOLT 11 invoice demands, as the payer reads it. The amount here is the only one that is trusted (R35). */
export interface InvoiceTerms {
  /** 64 lower-case hex digits. */
  readonly paymentHash: string
  /** Millisatoshis; always given and positive: invoices that leave the amount open are refused. */
  readonly amountMsat: number
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
  readonly network: 'bitcoin' | 'testnet' | 'signet' | 'regtest'
}

/** What a wallet is asked to pay. */
export interface PaymentRequest {
  /** BOLT 11 text. */
  readonly invoice: string
  /** Most that routing may cost, millisatoshis. Wallets that cannot be told ignore it. */
  readonly maxFeeMsat?: number
}

/** What a wallet says of a payment that went through. */
export interface Payment {
  /** 64 lower-case hex digits; its SHA-256 is the payment hash. */
  readonly preimage: string
  /** Routing fees, millisatoshis, when the wallet says (NIP-47's and Alby's name for it). */
  readonly fees_paid?: number
}

/** How a payment stands that was begun before: by this process, or by one that died. `unknown`: the wallet has none. */
export type PaymentState =
  ({ readonly state: 'succeeded' } & Payment) | { readonly state: 'pending' | 'failed' | 'unknown' }

/** A wallet in the shape of Alby's `payInvoice`, which also reads invoices: `lightningWallet(x)` adds that. */
export interface Wallet {
  /** The only network it pays on. */
  readonly network: InvoiceTerms['network']
  /** @throws PaymentError `invoice_invalid` for malformed text, an open amount, or unknown mandatory features. */
  readInvoice(invoice: string): InvoiceTerms
  /**
   * Pays once, and never sends the same invoice twice on its own.
   * @throws PaymentError `payment_failed` when it definitely did not go through, and never will; anything else that is
   * thrown leaves the payment in doubt.
   */
  payInvoice(request: PaymentRequest): Promise<Payment>
  /** By payment hash; wallets that cannot look back leave it out. @throws when it cannot tell. */
  findPayment?(paymentHash: string): Promise<PaymentState>
}
