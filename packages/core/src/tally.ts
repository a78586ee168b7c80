import type { Subscribe } from './emitter.ts'
import { LastMinute } from './last-minute.ts'
import { LatestDurations } from './latest-durations.ts'
import { createNameLimit } from './name-limit.ts'
import { type PolicyEvent, PolicyTally } from './policy-tally.ts'
import type { GateStatus, StoreStatus } from './status.ts'
import type { Warnings } from './warnings.ts'

export interface TallyOptions {
  readonly gate: string
  readonly warnings: Warnings
  readonly on: Subscribe
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Policies counted by name; a mistake may make one per request (`policy_per_request`). */
const MOST_POLICIES = 200
const COUNTED = [
  'admitted',
  'refused',
  'observed',
  'resumed',
  'issued',
  'ended',
  'metered',
  'payment',
] as const

/** Counts a gate's events from now on. @returns what reads the counts */
export function createTally({ gate, warnings, on, now }: TallyOptions): () => GateStatus {
  const since = timeOf(now())
  const readPolicies = countPolicies(on, now)
  const readStore = countStoreFailures(on, now)
  const durations = new LatestDurations()
  let faults = 0
  on('decided', ({ outcome, durationMs }) => {
    durations.add(durationMs)
    if (outcome === 'fault') faults += 1
  })
  return () => {
    const decisionTimes = durations.percentiles()
    return {
      version: 1,
      gate,
      since,
      at: timeOf(now()),
      policies: readPolicies(),
      ...(decisionTimes && { decisionTimes }),
      faults,
      store: readStore(),
      warnings: [...warnings.said].map(([code, { times, lastMs }]) => ({
        code,
        times,
        lastAt: timeOf(lastMs),
      })),
    }
  }
}

function countPolicies(on: Subscribe, now: () => number): () => GateStatus['policies'] {
  const tallies = new Map<string, PolicyTally>()
  const limited = createNameLimit(MOST_POLICIES)
  const count = (event: PolicyEvent) => {
    const name = limited(event.policy)
    let tally = tallies.get(name)
    if (tally === undefined) tallies.set(name, (tally = new PolicyTally(name)))
    tally.count(event, now())
  }
  for (const type of COUNTED) on(type, count)
  return () => {
    const nowMs = now()
    const names = [...tallies.keys()].toSorted()
    return names.flatMap((name) => tallies.get(name)?.status(nowMs) ?? [])
  }
}

function countStoreFailures(on: Subscribe, now: () => number): () => StoreStatus {
  const recent = new LastMinute()
  let failures = 0
  let lastFailureAt: string | undefined
  on('storeFailed', () => {
    const nowMs = now()
    failures += 1
    lastFailureAt = timeOf(nowMs)
    recent.add(nowMs)
  })
  return () => ({
    failures,
    failuresLastMinute: recent.sum(now()),
    ...(lastFailureAt === undefined ? {} : { lastFailureAt }),
  })
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
