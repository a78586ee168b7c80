/** Nothing came in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/**
 * Runs work that takes a signal, for so long and no longer: then the signal is aborted, and whether the work heeds it or not,
 * nobody waits for it any more.
 *
 * @throws DeadlineError when time is up, and whatever the work throws before
 */
export function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      reject(new DeadlineError(`no answer within ${ms} ms`))
      controller.abort()
    }, ms)
    const end = async () => {
      try {
        resolve(await work(controller.signal))
      } catch (error) {
        reject(error)
      } finally {
        clearTimeout(timer)
      }
    }
    void end()
  })
}
