import {
  type AdmitOutcome,
  type AdmitRequest,
  RecentMap,
  type WayTake,
  type WindowState,
  type WindowTake,
} from '@turnpike/core'

/**
 * Refusals that would be given again (RULES R17). Exact for as long as they are remembered: retry times are exact, and a
 * refusal takes nothing. Only a refund or a reset by another process within that second may come late.
 */
export interface DenyCache {
  /** @param text - names shape and holders of the request. @returns the refusal as it stands now. */
  find(text: string): AdmitOutcome | undefined
  add(text: string, outcome: AdmitOutcome): void
  /** Something was given back: what is remembered may be wrong. */
  clear(): void
}

type Refused = Extract<AdmitOutcome, { outcome: 'refused' }>

interface Denial {
  readonly outcome: Refused
  readonly sinceMs: number
  readonly untilMs: number
}

const LONGEST_MS = 1000
const MAX_DENIALS = 10_000

/** @param now - milliseconds of a clock that never steps. */
export function createDenyCache(now: () => number = () => performance.now()): DenyCache {
  let denials = new RecentMap<Denial>(MAX_DENIALS)
  return {
    find(text) {
      const denial = denials.get(text)
      if (denial === undefined) return undefined
      const nowMs = now()
      if (nowMs < denial.untilMs) return later(denial.outcome, Math.floor(nowMs - denial.sinceMs))
      denials.delete(text)
      return undefined
    },
    add(text, outcome) {
      if (outcome.outcome !== 'refused') return
      const sinceMs = now()
      const forMs = Math.min(LONGEST_MS, ...changesIn(outcome))
      if (forMs <= 1) return
      denials.set(text, { outcome, sinceMs, untilMs: sinceMs + forMs })
    },
    clear() {
      denials = new RecentMap(MAX_DENIALS)
    },
  }
}

/**
 * Only plain limits: where a credential was shown or asked for each refusal counts, and windows with weights may be
 * corrected after the call (meters).
 */
export function isCacheable({ common, ways, otherwise, deadlineMs }: AdmitRequest): boolean {
  return (
    otherwise.length === 0 &&
    deadlineMs === undefined &&
    common.every(isPlain) &&
    ways.every((way) => way.claims.length === 0 && isPlainWay(way))
  )
}

function isPlainWay({ windows, common = [] }: WayTake): boolean {
  return windows.every(isPlain) && common.every(isPlain)
}

function isPlain({ cost, force, correctable }: WindowTake): boolean {
  return cost === 1 && force !== true && correctable !== true
}

function statesOf({ common, ways, otherwise }: Refused): readonly WindowState[] {
  return [...common, ...ways.flatMap((way) => [...(way.common ?? []), ...way.windows]), ...otherwise]
}

/** Milliseconds until each of the numbers of a refusal would be another one, or it be an admission. */
function changesIn(outcome: Refused): readonly number[] {
  return statesOf(outcome).flatMap(({ retryMs, nextMs }) => [retryMs, nextMs].filter((ms) => ms > 0))
}

function later(outcome: Refused, ms: number): Refused {
  const age = (state: WindowState) => ({
    remaining: state.remaining,
    retryMs: state.retryMs > 0 ? state.retryMs - ms : state.retryMs,
    nextMs: Math.max(0, state.nextMs - ms),
    fullMs: Math.max(0, state.fullMs - ms),
  })
  return {
    ...outcome,
    atMs: outcome.atMs + ms,
    common: outcome.common.map(age),
    ways: outcome.ways.map((way) => ({
      ...way,
      windows: way.windows.map(age),
      ...(way.common === undefined ? {} : { common: way.common.map(age) }),
    })),
  }
}
