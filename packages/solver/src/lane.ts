import { openKernel } from './kernel-choice.ts'
import { createRangeSearch } from './range-search.ts'
import type { Job, Range, RangeSearch } from './range-search.ts'
import { SHA256 } from './sha256.ts'

/** What came of searching a range. */
export interface Searched {
  /** Numbers of the nonces found, ascending. */
  readonly found: readonly number[]
  /** Hashes tried: less than the range when enough were found early. */
  readonly hashes: number
}

/** One place that hashes, one range at a time: the calling thread or a worker. */
export interface Lane {
  /**
   * Searches until `wanted` nonces are found or the range ends. Rejects when the lane broke: the range then counts as
   * not searched. After `close()` it settles soon, with whatever it has.
   */
  search(range: Range, wanted: number): Promise<Searched>
  /** Stops the search under way. Idempotent. */
  close(): void
}

/** Hashes between two looks at the clock: about a millisecond, so that abort and timers are not kept waiting. */
const CHUNK = 4096
/** How long the calling thread hashes before other work gets its turn; half a frame of an animation. */
const TURN_MS = 8

/** Searches in the calling thread, in short turns. */
export function openCallingThread(job: Job): Lane {
  const opening = openKernel(job.kernel, SHA256)
  let search: RangeSearch | undefined
  let closed = false
  let turnEndsAt = performance.now() + TURN_MS

  return {
    async search(range, wanted) {
      search ??= createRangeSearch(job, await opening, SHA256)
      const found: number[] = []
      let at = range.from
      while (at < range.to && found.length < wanted) {
        if (closed) break
        const to = Math.min(at + CHUNK, range.to)
        const hit = search({ from: at, to })
        if (hit >= 0) found.push(hit)
        at = hit < 0 ? to : hit + 1
        if (performance.now() < turnEndsAt) continue
        await nextTurn()
        turnEndsAt = performance.now() + TURN_MS
      }
      return { found, hashes: at - range.from }
    },
    close() {
      closed = true
    },
  }
}

/** Lets I/O, timers and rendering have their turn; `setTimeout` would idle for 1 to 4 ms each time. */
async function nextTurn(): Promise<void> {
  if (typeof setImmediate === 'function') {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    return
  }
  const { port1, port2 } = new MessageChannel()
  await new Promise<void>((resolve) => {
    port1.addEventListener('message', () => resolve(), { once: true })
    port1.start()
    port2.postMessage(undefined)
  })
  port1.close()
}
