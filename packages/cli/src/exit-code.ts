/** How the command ends; listed in `--help`. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** A mistake in what was typed; the message is one line and says what is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
