/**
 * What calls cost whoever works for them, honest or not: the gate's own rules (adaptive difficulty, quota, flood limit)
 * played through in virtual time with the work that is expected on average. For `turnpike cost` and the benchmarks.
 */
import { TurnpikeError } from './errors.ts'
import { ISSUED_LIMIT } from './plan.ts'
import { recentLimitFor, RECENT_WINDOW_MS, workFor } from './pow-difficulty.ts'
import { ttlFor } from './pow-rail.ts'
import { checkPowTerms, isPowTerms, type PowSpec } from './pow-terms.ts'
import type { Leaf } from './requirement.ts'
import type { WindowSpec } from './window.ts'

/**
 * Hashes per second of what may stand at the other end. Orders of magnitude for words and tables, from one machine of
 * 2026 (docs/benchmarks.md); `gpu` is quoted from public measurements of a desktop card.
 */
export const SOLVER_SPEEDS = {
  /** A loop around `crypto.subtle.digest`, as most pages have it. */
  naiveLoop: 60_000,
  /** A phone of the middle class with our WebAssembly; a guess. */
  phone: 5_000_000,
  /** One desktop or server core with our WebAssembly. */
  wasmCore: 19_000_000,
  /** One server core with AVX-512, in C: what somebody who means it uses. */
  nativeCore: 157_000_000,
  gpu: 6_150_000_000,
} as const

/** Who calls, how often and on what. */
export interface PowScenario {
  /** Calls to be admitted by work, of all callers together; 1 to 1,000,000. */
  readonly calls: number
  /** Expected SHA-256 hashes per second of the machine that solves for all of them, one challenge after the other. */
  readonly hashesPerSecond: number
  /** Callers that take turns, as the gate tells them apart: the identities that an abuser has. Default 1. */
  readonly callers?: number
  /** Least time from one call to the next in milliseconds; default 0, as fast as the gate lets them. */
  readonly everyMs?: number
}

/** What it comes to. */
export interface PowCost {
  readonly calls: number
  /** Expected hashes in all. */
  readonly hashes: number
  /** Expected hashes of the hardest challenge met. */
  readonly hardestWork: number
  /** Seconds of work for the machine. */
  readonly workSeconds: number
  /** Seconds from the first challenge to the last admission: work, and waiting for windows. */
  readonly elapsedSeconds: number
}

const MOST_CALLS = 1_000_000

/**
 * Plays the calls through. Round trips take no time here, and nobody is lucky or unlucky.
 * @param requirement - as `pow(4)` makes it, with its quota and adaptive difficulty
 * @throws TurnpikeError `requirement_invalid` for anything but valid proof-of-work terms, `option_invalid` for a
 *   scenario that is none
 * @example powCost(pow(4), { calls: 10_000, hashesPerSecond: 8 * SOLVER_SPEEDS.nativeCore, callers: 100 })
 */
export function powCost(requirement: Leaf, scenario: PowScenario): PowCost {
  const { calls, hashesPerSecond, callers, everyMs } = checkScenario(scenario)
  const spec = specOf(requirement)
  const takingTurns = Array.from({ length: Math.min(callers, calls) }, () => createCaller(spec))
  let clockMs = 0
  let hashes = 0
  let hardestWork = 0
  for (let call = 0; call < calls; call++) {
    const caller = takingTurns[call % takingTurns.length]
    if (caller === undefined) break
    clockMs = Math.max(clockMs, call * everyMs, caller.mayCallAtMs())
    const work = caller.call(clockMs)
    clockMs += (work * 1000) / hashesPerSecond
    hashes += work
    hardestWork = Math.max(hardestWork, work)
  }
  const workSeconds = hashes / hashesPerSecond
  return { calls, hashes, hardestWork, workSeconds, elapsedSeconds: clockMs / 1000 }
}

/** With what is left out filled in. */
function checkScenario({
  calls,
  hashesPerSecond,
  callers = 1,
  everyMs = 0,
}: PowScenario): Required<PowScenario> {
  if (!isWhole(calls) || !isWhole(callers) || !(hashesPerSecond > 0) || !(everyMs >= 0)) {
    throw new TurnpikeError(
      'option_invalid',
      'powCost(): calls and callers are whole numbers from 1 to 1000000, hashesPerSecond is above 0, everyMs not below',
    )
  }
  return { calls, hashesPerSecond, callers, everyMs }
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MOST_CALLS
}

function specOf({ rail, terms }: Leaf): PowSpec {
  if (rail === 'pow' && isPowTerms(terms)) return checkPowTerms(terms)
  throw new TurnpikeError('requirement_invalid', 'powCost() takes a requirement as pow(4) makes it')
}

/** One caller, as the gate sees it. */
interface Caller {
  /** Earliest time at which quota and flood limit have room for its next call. */
  mayCallAtMs(): number
  /** Makes one call at that time; answers the hashes that it takes first, 0 where an earlier solution still has uses. */
  call(atMs: number): number
}

function createCaller(spec: PowSpec): Caller {
  const quotas = spec.quota.map(createWindow)
  const recent = createWindow({ limit: ISSUED_LIMIT, windowMs: RECENT_WINDOW_MS })
  let solvedWork = 0
  let usesLeft = 0
  let expiresAtMs = 0

  function mustSolve(atMs: number): boolean {
    const stillEnough = recentLimitFor(spec, solvedWork) ?? Number.POSITIVE_INFINITY
    return usesLeft === 0 || atMs >= expiresAtMs || recent.count(atMs) >= stillEnough
  }

  return {
    mayCallAtMs: () => Math.max(recent.roomAtMs(), ...quotas.map((quota) => quota.roomAtMs())),
    call(atMs) {
      const solves = mustSolve(atMs)
      if (solves) {
        solvedWork = workFor(spec, recent.count(atMs))
        usesLeft = spec.uses
        expiresAtMs = atMs + ttlFor(spec, solvedWork) * 1000
        recent.add(atMs)
      }
      usesLeft -= 1
      for (const window of [recent, ...quotas]) window.add(atMs)
      return solves ? solvedWork : 0
    },
  }
}

/** A sliding window over times that never go back. */
function createWindow({ limit, windowMs }: WindowSpec) {
  const times: number[] = []
  let oldest = 0
  return {
    add(atMs: number): void {
      times.push(atMs)
    },
    count(atMs: number): number {
      while (oldest < times.length && (times[oldest] ?? 0) <= atMs - windowMs) oldest++
      return times.length - oldest
    },
    roomAtMs(): number {
      const leaving = times[times.length - limit]
      return leaving === undefined ? 0 : leaving + windowMs
    },
  }
}
