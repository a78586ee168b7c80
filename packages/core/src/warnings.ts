import type { Emit } from './emitter.ts'
import type { WarningCode } from './errors.ts'

/** Names each mistake once, and troubles that come and go at most once a minute. */
export interface Warnings {
  readonly once: (code: WarningCode, message: string) => void
  readonly atMostEachMinute: (code: WarningCode, message: string) => void
  /** What was said so far. */
  readonly said: ReadonlyMap<WarningCode, Said>
}

/** How often a warning was given. */
export interface Said {
  readonly times: number
  /** Milliseconds since 1970. */
  readonly lastMs: number
}

const PAUSE_MS = 60_000

export function createWarnings(emit: Emit, log: (line: string) => void, now: () => number): Warnings {
  const said = new Map<WarningCode, Said>()
  const say = (code: WarningCode, message: string, pauseMs: number) => {
    const before = said.get(code)
    if (before !== undefined && now() - before.lastMs < pauseMs) return
    said.set(code, { times: (before?.times ?? 0) + 1, lastMs: now() })
    log(`turnpike: ${message} (${code}: npx @turnpike/cli explain ${code})`)
    emit({ type: 'warning', code, message })
  }
  return {
    once: (code, message) => say(code, message, Number.POSITIVE_INFINITY),
    atMostEachMinute: (code, message) => say(code, message, PAUSE_MS),
    said,
  }
}
