/**
 * Why a search was refused or given up:
 * - `bad_input`: an option has the wrong type or shape;
 * - `too_hard`: more work is asked for than `maxBits` allows; refused before the first hash;
 * - `out_of_range`: `maxHashes` were tried and too few nonces found.
 *
 * An aborted search rejects with `signal.reason`, as `fetch` does, and not with a `SolverError`.
 */
export type SolverErrorCode = 'bad_input' | 'too_hard' | 'out_of_range'

/** The only class this package throws; `code` is stable across releases, `message` says the fix. */
export class SolverError extends Error {
  override readonly name = 'SolverError'
  readonly code: SolverErrorCode
  constructor(code: SolverErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
