/** How the command ends; listed in `--help` and docs/cli.md. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** It worked, and the answer is bad news: an HTTP error for `fetch`, mistakes found by `doctor`. */
  badNews: 3,
  /** More is asked for than the limits of the call allow. */
  refused: 4,
  interrupted: 130,
} as const

/** A mistake in what was typed; the message is one line and says what is right. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
