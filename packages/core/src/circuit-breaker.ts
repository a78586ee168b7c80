/** Spares a dead service, and those who would wait for it: after a few failures in a row nobody asks it for a while. */
export interface CircuitBreaker {
  /** Milliseconds until it may be asked again; 0: now. The first to ask after a pause tries for all. */
  pauseMs(nowMs: number): number
  succeeded(): void
  failed(nowMs: number): void
}

const FAILURES = 5
const PAUSE_MS = 5000

export function createCircuitBreaker(): CircuitBreaker {
  let failures = 0
  let untilMs = 0
  return {
    pauseMs(nowMs) {
      if (failures < FAILURES) return 0
      const leftMs = untilMs - nowMs
      // More than a pause is left only where the clock was set back.
      if (leftMs > 0 && leftMs <= PAUSE_MS) return leftMs
      untilMs = nowMs + PAUSE_MS
      return 0
    },
    succeeded() {
      failures = 0
    },
    failed(nowMs) {
      failures += 1
      if (failures >= FAILURES) untilMs = nowMs + PAUSE_MS
    },
  }
}
