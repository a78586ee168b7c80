/**
 * Keeps calls from a server that does not answer, so that each costs next to nothing (RULES R16). While it is open only
 * its own probes go out, one at a time; the first that is answered closes it.
 */
export interface Breaker {
  readonly isOpen: boolean
  /** Why; undefined while it is closed. One object for as long as it is open. */
  readonly reason: Error | undefined
  /** A call failed in a way that another would fail, too. */
  open(reason: Error): void
  /** No more probes. */
  stop(): void
}

const FIRST_PROBE_MS = 20
const LONGEST_PAUSE_MS = 500

export interface BreakerParts {
  /** Rejects while the server does not answer. */
  readonly probe: () => Promise<unknown>
  readonly onClose: () => void
  /** A probe has failed after the longest pause: waiting alone will not do. */
  readonly onStuck: () => void
}

export function createBreaker({ probe, onClose, onStuck }: BreakerParts): Breaker {
  let reason: Error | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false

  function probeIn(ms: number): void {
    if (isStopped) return
    timer = setTimeout(() => void probeOnce(ms), ms)
    timer.unref()
  }

  async function probeOnce(pauseMs: number): Promise<void> {
    try {
      await probe()
    } catch {
      if (pauseMs === LONGEST_PAUSE_MS) onStuck()
      probeIn(Math.min(2 * pauseMs, LONGEST_PAUSE_MS))
      return
    }
    reason = undefined
    onClose()
  }

  return {
    get isOpen() {
      return reason !== undefined
    },
    get reason() {
      return reason
    },
    open(cause) {
      if (reason !== undefined) return
      reason = cause
      probeIn(FIRST_PROBE_MS)
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
