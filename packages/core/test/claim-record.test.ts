import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  claim,
  giveBackClaim,
  isForgettable,
  keepClaim,
  liveClaim,
  newClaimRecord,
  usesLeft,
  weighClaim,
} from '../src/claim-record.ts'
import type { ClaimRecord } from '../src/claim-record.ts'
import { GIVE_BACKS_PER_USE } from '../src/store.ts'
import type { ClaimTake } from '../src/store.ts'

const LEASE_MS = 100

function takeOf(changes: Partial<ClaimTake> = {}): ClaimTake {
  return {
    credential: 'payment',
    shard: 0,
    claimId: 'a',
    uses: 1,
    expiresAtMs: 1_000_000,
    leaseMs: LEASE_MS,
    lapse: 'giveBack',
    settled: true,
    ...changes,
  }
}

const weigh = (record: ClaimRecord | undefined, take: ClaimTake, nowMs: number, reserved = 0) =>
  weighClaim(record, take, { nowMs, beganMs: 0 }, reserved)

/** Claims at 0. */
function recordWith(...takes: readonly [ClaimTake, ...ClaimTake[]]): ClaimRecord {
  const record = newClaimRecord(takes[0])
  for (const take of takes) claim(record, take, 0)
  return record
}

describe('weighing a claim', () => {
  test.each([
    ['expired at its end', takeOf({ expiresAtMs: 500 }), 500, 'expired'],
    ['good until then', takeOf({ expiresAtMs: 501 }), 500, 'claimed'],
    ['unsettled', takeOf({ settled: false }), 500, 'unsettled'],
    ['without any use', takeOf({ uses: 0 }), 500, 'spent'],
    ['expired before unsettled', takeOf({ expiresAtMs: 500, settled: false }), 500, 'expired'],
  ])('of a new credential: %s', (_, take, nowMs, outcome) => {
    expect(weigh(undefined, take, nowMs)).toBe(outcome)
  })

  test('R15 a credential is lost when it was issued before the memory began, also when it has a record', () => {
    const clock = { nowMs: 5000, beganMs: 3000 }
    const lost = takeOf({ issuedAtMs: 2999, settled: false })
    expect(weighClaim(undefined, lost, clock)).toBe('lost')
    expect(weighClaim(recordWith(takeOf({ uses: 5 })), takeOf({ uses: 5, issuedAtMs: 2999 }), clock)).toBe(
      'lost',
    )
    expect(weighClaim(undefined, takeOf({ issuedAtMs: 3000 }), clock)).toBe('claimed')
  })

  test('uses that the same decision has reserved count as taken', () => {
    const record = recordWith(takeOf({ uses: 3 }))
    expect([weigh(record, takeOf({ uses: 3 }), 0, 1), weigh(record, takeOf({ uses: 3 }), 0, 2)]).toEqual([
      'claimed',
      'inFlight',
    ])
    expect(weigh(undefined, takeOf(), 0, 1)).toBe('spent')
  })

  test('takes nothing', () => {
    const record = recordWith(takeOf({ uses: 2 }))
    for (let i = 0; i < 5; i += 1) weigh(record, takeOf({ uses: 2 }), 0)
    expect(usesLeft(record, { uses: 2 })).toBe(1)
  })
})

describe('claim record', () => {
  test('R12 a live claim of work is no reason to come again, one of a paid use is', () => {
    expect(weigh(recordWith(takeOf({ lapse: 'keep' })), takeOf({ claimId: 'b' }), 0)).toBe('spent')
    expect(weigh(recordWith(takeOf()), takeOf({ claimId: 'b' }), 0)).toBe('inFlight')
  })

  test('R11 a lease ends at its end, not before', () => {
    const record = recordWith(takeOf())
    expect(liveClaim(record, 'a', LEASE_MS - 1)).toBeDefined()
    expect(liveClaim(record, 'a', LEASE_MS)).toBeUndefined()
    expect([record.used, record.givenBack]).toEqual([0, 1])
  })

  test('R11 a claim that may not be given back any more is not in flight', () => {
    const record = { ...recordWith(takeOf()), givenBack: 3 }
    expect(weigh(record, takeOf({ claimId: 'b' }), 0)).toBe('exhausted')
    expect([
      giveBackClaim(record, { claimId: 'a' }, 0),
      keepClaim(record, 'a', 0),
      giveBackClaim(record, { claimId: 'a' }, 0),
    ]).toEqual(['exhausted', 'kept', 'exhausted'])
    expect(record.used).toBe(1)
  })

  test('R11 a late keep takes a free use again however many others ended meanwhile', () => {
    const record = recordWith(takeOf({ uses: 100 }))
    for (let i = 0; i < 99; i += 1) {
      claim(record, takeOf({ uses: 100, claimId: `${i}` }), LEASE_MS)
      keepClaim(record, `${i}`, LEASE_MS)
    }
    expect(record.used).toBe(99)
    expect([keepClaim(record, 'a', LEASE_MS), record.used]).toEqual(['kept', 100])
  })

  test('remembers the last 32 ends for the sake of retries, and no more', () => {
    const record = newClaimRecord(takeOf({ uses: 1000 }))
    for (let i = 0; i < 1000; i += 1) {
      claim(record, takeOf({ uses: 1000, claimId: `${i}` }), 0)
      keepClaim(record, `${i}`, 0)
    }
    expect(record.claims).toHaveLength(32)
    expect([keepClaim(record, '968', 0), keepClaim(record, '967', 0)]).toEqual(['kept', 'gone'])
  })

  test('R13 may be forgotten 60 s after the end of the copy that ends last', () => {
    const take = (claimId: string, expiresAtMs: number) => takeOf({ uses: 3, claimId, expiresAtMs })
    const record = recordWith(take('a', 1000), take('b', 9000), take('c', 2000))
    expect([isForgettable(record, 68_999), isForgettable(record, 69_000)]).toEqual([false, true])
  })

  test('is not forgotten while a lease is running', () => {
    const record = recordWith(takeOf({ expiresAtMs: 1000, leaseMs: 70_000 }))
    expect([isForgettable(record, 69_999), isForgettable(record, 70_000)]).toEqual([false, true])
  })
})

interface Step {
  readonly kind: 'claim' | 'keep' | 'giveBack' | 'wait'
  readonly pick: number
}

/** What a history came to, as the callers saw it. */
interface Account {
  readonly record: ClaimRecord
  /** Claims whose handler ran to a `keep` that was answered `kept`. */
  readonly kept: ReadonlySet<string>
  /** Endings that were answered otherwise, or counted again, when said again. */
  readonly unsteady: readonly string[]
}

function play(uses: number, steps: readonly Step[]): Account {
  const record = newClaimRecord(takeOf({ uses }))
  const [kept, unsteady] = [new Set<string>(), Array.of<string>()]
  let made = 0
  let nowMs = 0
  for (const { kind, pick } of steps) {
    const take = takeOf({ uses, claimId: `${made}` })
    if (kind === 'wait') nowMs += pick * 10
    else if (kind !== 'claim') {
      const claimId = `${Math.max(0, made - 1 - pick)}`
      const end = () =>
        kind === 'keep' ? keepClaim(record, claimId, nowMs) : giveBackClaim(record, { claimId }, nowMs)
      const say = () => [end(), record.used, record.givenBack].join()
      const [first, second] = [say(), say()]
      if (first !== second) unsteady.push(`${kind} ${claimId}: ${first}, then ${second}`)
      if (first.startsWith('kept')) kept.add(claimId)
    } else if (weigh(record, take, nowMs) === 'claimed') {
      claim(record, take, nowMs)
      made += 1
    }
  }
  return { record, kept, unsteady }
}

describe('any history of claims (R11)', () => {
  const step = fc.record({
    kind: fc.constantFrom<Step['kind']>('claim', 'claim', 'keep', 'giveBack', 'wait'),
    pick: fc.nat(12),
  })

  test('never keeps more uses than were sold, nor gives back more than three times a use', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 120 }), (uses, steps) => {
        const { record, kept } = play(uses, steps)
        expect(kept.size).toBeLessThanOrEqual(uses)
        expect(record.used).toBeGreaterThanOrEqual(kept.size)
        expect(record.used).toBeLessThanOrEqual(uses)
        expect(record.givenBack).toBeLessThanOrEqual(GIVE_BACKS_PER_USE * uses)
      }),
      { numRuns: 500 },
    )
  })

  test('answers a repeated ending alike, and counts it once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 120 }), (uses, steps) => {
        expect(play(uses, steps).unsteady).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
