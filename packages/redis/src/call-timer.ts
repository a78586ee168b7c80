/**
 * Bounds calls by one timer, however many are under way: where calls come one by one, a timer for each would be a tenth of
 * what they cost.
 */
export interface CallTimer {
  /** @returns what the work comes to in time. @throws Error when there is none, and whatever the work throws before */
  readonly bounded: <Value>(work: Promise<Value>) => Promise<Value>
}

interface Bounded {
  readonly endMs: number
  readonly reject: (error: unknown) => void
}

export function createCallTimer(timeoutMs: number): CallTimer {
  /** All wait equally long, so they stand in the order of their ends. */
  const waiting = new Set<Bounded>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function wakeIn(ms: number): void {
    timer = setTimeout(endLate, ms)
    // The connection keeps the process alive for as long as it should be.
    timer.unref()
  }

  function endLate(): void {
    timer = undefined
    const nowMs = performance.now()
    for (const call of waiting) {
      if (call.endMs > nowMs) return wakeIn(Math.ceil(call.endMs - nowMs))
      waiting.delete(call)
      call.reject(new Error(`no answer within ${timeoutMs} ms`))
    }
  }

  async function settle<Value>(
    call: Bounded,
    work: Promise<Value>,
    resolve: (value: Value) => void,
  ): Promise<void> {
    try {
      resolve(await work)
    } catch (error) {
      call.reject(error)
    } finally {
      waiting.delete(call)
    }
  }

  return {
    bounded: (work) =>
      new Promise((resolve, reject) => {
        const call = { endMs: performance.now() + timeoutMs, reject }
        waiting.add(call)
        if (timer === undefined) wakeIn(timeoutMs)
        void settle(call, work, resolve)
      }),
  }
}
