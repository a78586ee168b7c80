/** Nothing came in time. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** The time that work is given. */
export class Deadline {
  #controller: AbortController | undefined
  #isOver = false

  /** Aborted when time is up. Made for who asks for it: a signal that nobody looks at costs as much as five digests. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isOver) this.#controller.abort()
    return this.#controller.signal
  }

  end(): void {
    this.#isOver = true
    this.#controller?.abort()
  }
}

/**
 * Runs work that takes a signal, for so long and no longer: then the signal is aborted, and whether the work heeds it or not,
 * nobody waits for it any more.
 *
 * @throws DeadlineError when time is up, and whatever the work throws before
 */
export function within<T>(ms: number, work: (deadline: Deadline) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const deadline = new Deadline()
    const timer = setTimeout(() => {
      reject(new DeadlineError(`no answer within ${ms} ms`))
      deadline.end()
    }, ms)
    const end = async () => {
      try {
        resolve(await work(deadline))
      } catch (error) {
        reject(error)
      } finally {
        clearTimeout(timer)
      }
    }
    void end()
  })
}
