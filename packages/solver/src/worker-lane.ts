import type { Lane, Searched } from './lane.ts'
import type { Job } from './range-search.ts'
import type { WorkerThread } from './worker-thread.ts'

const NOTHING: Searched = { found: [], hashes: 0 }

interface Waiting {
  readonly resolve: (searched: Searched) => void
  readonly reject: (cause: Error) => void
}

/** Searches in `thread`, which it owns from here on. */
export function openWorker(thread: WorkerThread, job: Job): Lane {
  let waiting: Waiting | undefined
  let closed = false
  let dead = false

  function settle(how: (waiting: Waiting) => void): void {
    const settled = waiting
    waiting = undefined
    if (settled !== undefined) how(settled)
  }

  thread.onAnswer((searched) => settle(({ resolve }) => resolve(searched)))
  thread.onEnd((cause) => {
    dead = true
    settle(({ reject }) => reject(new Error('the worker ended', { cause })))
  })
  thread.post({ job })

  return {
    async search(range, wanted) {
      if (closed) return NOTHING
      if (dead) throw new Error('the worker has ended')
      return await new Promise<Searched>((resolve, reject) => {
        waiting = { resolve, reject }
        thread.post({ range, wanted })
      })
    },
    close() {
      closed = true
      settle(({ resolve }) => resolve(NOTHING))
      thread.terminate()
    },
  }
}
