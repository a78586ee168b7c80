/**
 * What time it is on a server, by a clock of this process that never steps (RULES R13). Each reply carries the server's
 * time, which lies between the sending and the receiving; the offset is kept at the least that this allows, so that a
 * deadline is never later than meant.
 */
export interface ServerClock {
  readonly isKnown: boolean
  /** @returns the server's time at `monotonicMs`, or somewhat earlier; whole milliseconds. */
  at(monotonicMs: number): number
  learn(serverMs: number, sentAtMs: number, receivedAtMs: number): void
}

export function createServerClock(): ServerClock {
  let offsetMs: number | undefined
  return {
    get isKnown() {
      return offsetMs !== undefined
    },
    at: (monotonicMs) => Math.floor(monotonicMs + (offsetMs ?? 0)),
    learn(serverMs, sentAtMs, receivedAtMs) {
      const least = serverMs - receivedAtMs
      const most = serverMs + 1 - sentAtMs
      if (offsetMs === undefined || offsetMs < least || offsetMs > most) offsetMs = least
    },
  }
}
