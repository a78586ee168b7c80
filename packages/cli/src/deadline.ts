/**
 * Runs work with a signal that aborts when `signal` does, and after so many milliseconds (undefined: never). Timers and a
 * controller of our own: in Node 20 what `AbortSignal.any` makes may be collected while it is waited for, and never abort.
 */
export async function withDeadline<Result>(
  signal: AbortSignal,
  ms: number | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const abort = (): void => ending.abort(signal.reason)
  const timer = ms === undefined ? undefined : setTimeout(() => ending.abort(new DeadlinePassed(ms)), ms)
  signal.addEventListener('abort', abort)
  try {
    if (signal.aborted) abort()
    return await work(ending.signal)
  } catch (error) {
    // Some wrap the reason, or throw one of their own.
    throw ending.signal.aborted ? ending.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** It took too long. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed'
  constructor(ms: number) {
    super(`No complete answer within ${ms / 1000} s.`)
  }
}
