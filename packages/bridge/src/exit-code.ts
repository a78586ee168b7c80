/** How the command ends; listed in `--help`. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

/** A mistake in what was typed or configured; the message says what is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
