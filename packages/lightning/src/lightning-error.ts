/**
 * - `lightning_unreachable`: there was no connection to the service; nothing was sent.
 * - `lightning_denied`: the service does not accept the credential, or not for this call.
 * - `lightning_timeout`: it was asked and has not answered in time, or nobody waits any more.
 * - `lightning_failed`: the service answered that it could not, or the connection broke.
 * - `lightning_reply_invalid`: it answered something that its API does not have.
 * - `lightning_invoice_refused`: the invoice it made is not the one that was asked for.
 * - `lightning_sdk_missing`: NWC needs a package, or a WebSocket, that this process does not have.
 */
export type LightningErrorCode =
  | 'lightning_unreachable'
  | 'lightning_denied'
  | 'lightning_timeout'
  | 'lightning_failed'
  | 'lightning_reply_invalid'
  | 'lightning_invoice_refused'
  | 'lightning_sdk_missing'

/** What backends throw when the service behind them does not do as asked. No message has a secret in it. */
export class LightningError extends Error {
  override readonly name = 'LightningError'
  readonly code: LightningErrorCode
  constructor(code: LightningErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} (${code}: npx @turnpike/cli explain ${code})`, options)
    this.code = code
  }
}
