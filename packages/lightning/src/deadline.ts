/**
 * Does `work` with a signal that aborts with `outer`, or with a `TimeoutError` after `ms`. Timer and listener end with the
 * work. The timer holds the controller: in Node 20, what `AbortSignal.any` makes may be collected while it is waited for,
 * and then never aborts.
 *
 * @param outer - the caller's own signal, if it has one.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const leave = (): void => controller.abort(outer?.reason)
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'))
  }, ms)
  outer?.addEventListener('abort', leave, { once: true })
  if (outer?.aborted === true) leave()
  try {
    return await work(controller.signal)
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', leave)
  }
}

/** What was asked has not answered in time, or nobody waits for the answer any more. */
export class TimeIsUp extends Error {
  override readonly name = 'TimeIsUp'
  constructor() {
    super('no answer in time')
  }
}

/** As `withDeadline`, for work that heeds no signal: it goes on, but is not waited for. @throws TimeIsUp */
export async function orDeadline<T>(
  ms: number,
  outer: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  return await withDeadline(ms, outer, async (signal) => {
    if (signal.aborted) throw new TimeIsUp()
    const aborted = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new TimeIsUp()), { once: true })
    })
    return await Promise.race([work(), aborted])
  })
}
