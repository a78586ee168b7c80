import { fdatasync } from 'node:fs'
import { promisify } from 'node:util'

/** Has what was written reach the disk within about a second, beside the traffic. */
export interface Flusher {
  /** Something was written. */
  wrote(): void
  /** Flushes what is left. */
  close(): Promise<void>
}

const FLUSH_EVERY_MS = 1000
const flush = promisify(fdatasync)

/** @param descriptor - of the file, open for writing */
export function createFlusher(path: string, descriptor: number): Flusher {
  let timer: ReturnType<typeof setTimeout> | undefined
  let flushing: Promise<void> = Promise.resolve()

  function flushNow(): void {
    timer = undefined
    flushing = flush(descriptor).catch((error: unknown) => {
      process.emitWarning(`the disk did not take the store file '${path}': ${String(error)}`)
    })
  }

  return {
    wrote() {
      if (timer !== undefined) return
      timer = setTimeout(flushNow, FLUSH_EVERY_MS)
      // What was written is the system's by now: it gets there whether this process lives or not.
      timer.unref()
    },
    async close() {
      clearTimeout(timer)
      await flushing
      flushNow()
      await flushing
    },
  }
}
