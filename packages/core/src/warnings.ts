import type { Emit } from './emitter.ts'
import type { WarningCode } from './errors.ts'

/** Names each mistake once, and troubles that come and go at most once a minute. */
export interface Warnings {
  readonly once: (code: WarningCode, message: string) => void
  readonly atMostEachMinute: (code: WarningCode, message: string) => void
}

const PAUSE_MS = 60_000

export function createWarnings(emit: Emit, log: (line: string) => void, now: () => number): Warnings {
  const last = new Map<WarningCode, number>()
  const say = (code: WarningCode, message: string, pauseMs: number) => {
    const before = last.get(code)
    if (before !== undefined && now() - before < pauseMs) return
    last.set(code, now())
    log(`turnpike: ${message} (${code}: see docs/errors.md#${code})`)
    emit({ type: 'warning', code, message })
  }
  return {
    once: (code, message) => say(code, message, Number.POSITIVE_INFINITY),
    atMostEachMinute: (code, message) => say(code, message, PAUSE_MS),
  }
}
