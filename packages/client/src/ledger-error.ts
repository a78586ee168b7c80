/**
 * - `ledger_unreadable`: what is stored is no ledger, or of a later release; it was left as it is.
 * - `ledger_busy`: other processes kept it locked for too long; nothing was changed.
 * - `ledger_unwritable`: it could not be written; nothing was changed.
 */
export type LedgerErrorCode = 'ledger_unreadable' | 'ledger_busy' | 'ledger_unwritable'

/** The book of the wallet cannot be kept, so nothing is paid. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: LedgerErrorCode
  constructor(code: LedgerErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} (${code}: npx @turnpike/cli explain ${code})`, options)
    this.code = code
  }
}
