import { EXIT } from './exit-code.ts'
import type { Io } from './io.ts'

/**
 * Runs work that Ctrl-C ends in an orderly way: the signal aborts, one line is printed, and the exit code says it.
 * @returns what the work returns, or `EXIT.interrupted`
 */
export async function interruptible(io: Io, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const interrupted = new AbortController()
  const stopListening = io.onInterrupt(() => interrupted.abort())
  try {
    return await work(interrupted.signal)
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    io.stderr.write('Interrupted.\n')
    return EXIT.interrupted
  } finally {
    stopListening()
  }
}
