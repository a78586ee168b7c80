/**
 * - `payment_failed`: it did not go through and never will; nothing was spent.
 * - `payment_in_doubt`: it was sent and its end is not known; it may still go through.
 * - `invoice_invalid`: the text is no invoice that this wallet would ever pay; nothing was sent.
 * - `wallet_unreachable`: the wallet could not be asked; nothing was sent.
 */
export type PaymentErrorCode =
  'payment_failed' | 'payment_in_doubt' | 'invoice_invalid' | 'wallet_unreachable'

/** What wallets throw. Anything else that they throw while paying counts as `payment_in_doubt`. */
export class PaymentError extends Error {
  override readonly name = 'PaymentError'
  readonly code: PaymentErrorCode
  constructor(code: PaymentErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} (${code}: npx @turnpike/cli explain ${code})`, options)
    this.code = code
  }
}
