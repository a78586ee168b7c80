import { describe, expect, test } from '@jest/globals'
import { adversarialSchedules, createExactLog, seededRandom } from '@turnpike/testkit'
import fc from 'fast-check'
import {
  charge,
  clampedMs,
  countRecords,
  emptyWindow,
  expire,
  fits,
  fullMs,
  nextMs,
  refund,
  retryMs,
  slotMs,
} from '../src/sliding-window.ts'
import type { SlidingWindow, WindowDemand } from '../src/sliding-window.ts'

/** A slot of no limit ends here: ms mod 2^32 wraps. */
const WRAP_MS = 400 * 2 ** 32

/** Takes if it fits, as stores do. */
function take(window: SlidingWindow, demand: WindowDemand, nowMs: number): boolean {
  const atMs = clampedMs(window, nowMs)
  expire(window, demand.windowMs, atMs)
  if (!fits(window, demand)) return false
  charge(window, demand, atMs)
  return true
}

interface Step {
  readonly aheadMs: number
  readonly cost: number
  readonly limit: number
  readonly kind: 'take' | 'force' | 'refund'
}

/** Plays a history against an exact log. @returns the first step after which the window is not what it must be. */
function firstBreach(windowMs: number, steps: readonly Step[]): string | undefined {
  const [window, log] = [emptyWindow(), createExactLog()]
  const charges: { atMs: number; units: number }[] = []
  let nowMs = WRAP_MS - 1000
  let mayStepBack = false
  for (const [index, { aheadMs, cost, limit, kind }] of steps.entries()) {
    // The newest event holds the time; a reading that charged nothing is not remembered.
    nowMs = clampedMs(window, nowMs + (mayStepBack ? aheadMs : Math.abs(aheadMs)))
    mayStepBack = false
    const refunded = kind === 'refund' ? charges.splice(Math.floor(charges.length / 2), 1)[0] : undefined
    if (refunded) {
      expire(window, windowMs, nowMs)
      refund(window, { ...refunded, windowMs }, nowMs)
      log.giveBack(refunded.atMs, refunded.units)
    } else if (take(window, { limit, cost, windowMs, force: kind === 'force' }, nowMs)) {
      mayStepBack = cost > 0
      log.add(nowMs, cost)
      charges.push({ atMs: nowMs, units: cost })
      if (kind !== 'force' && log.unitsWithin(nowMs, windowMs) > limit)
        return `step ${index} is above the limit`
    }
    if (window.units < log.unitsWithin(nowMs, windowMs)) return `step ${index} has lost units`
    if (countRecords(window) > 34) return `step ${index} has too many records`
  }
  return undefined
}

const demandOf = (limit: number, cost = 1, windowMs = 3200): WindowDemand => ({ limit, cost, windowMs })

describe('sliding window', () => {
  test('slots are single milliseconds up to a limit of 32, and a 32nd of the window above', () => {
    expect([slotMs(60_000, 32), slotMs(60_000, 33), slotMs(10, 33), slotMs(33, 33)]).toEqual([1, 1875, 1, 2])
  })

  test('a record leaves when its last event is as old as the window, not a millisecond before', () => {
    const window = emptyWindow()
    for (const ms of [1000, 1001]) take(window, demandOf(2), ms)
    expect(take(window, demandOf(2), 4199)).toBe(false)
    expect(take(window, demandOf(2), 4200)).toBe(true)
    expect(take(window, demandOf(2), 4200)).toBe(false)
    expect(take(window, demandOf(2), 4201)).toBe(true)
  })

  test('events of one slot share a record, which keeps the time of the last', () => {
    const window = emptyWindow()
    for (const ms of [6400, 6450, 6499, 6500]) take(window, demandOf(100), ms)
    expect(countRecords(window)).toBe(2)
    expect([nextMs(window, 3200, 6500), fullMs(window, 3200, 6500)]).toEqual([3199, 3200])
  })

  test('slots follow ms mod 2^32, whose wrap starts a new one', () => {
    const window = emptyWindow()
    const demand = demandOf(100, 1, 64_000)
    for (const ms of [WRAP_MS - 1, WRAP_MS, WRAP_MS + 1999, WRAP_MS + 2000]) take(window, demand, ms)
    expect(countRecords(window)).toBe(3)
  })

  test('an empty window says so', () => {
    const window = emptyWindow()
    take(window, demandOf(5), 1000)
    expire(window, 3200, 9000)
    expect([
      window.units,
      countRecords(window),
      nextMs(window, 3200, 9000),
      fullMs(window, 3200, 9000),
    ]).toEqual([0, 0, 0, 0])
  })

  test('a take of nothing leaves no record', () => {
    const window = emptyWindow()
    expect(take(window, demandOf(5, 0), 1000)).toBe(true)
    expect(countRecords(window)).toBe(0)
  })

  test('a clock that steps back is read as the time of the newest event', () => {
    const window = emptyWindow()
    take(window, demandOf(100), 5000)
    expect([clampedMs(window, 4000), clampedMs(window, 6000)]).toEqual([5000, 6000])
    take(window, demandOf(100), 4000)
    expect([countRecords(window), window.tailMs]).toEqual([1, 5000])
    expect(clampedMs(emptyWindow(), 4000)).toBe(4000)
  })

  test('units that the same decision has reserved count as taken', () => {
    const window = emptyWindow()
    take(window, demandOf(5, 3), 1000)
    expect([fits(window, demandOf(5, 2)), fits(window, demandOf(5, 2), 1)]).toEqual([true, false])
    expect([retryMs(window, demandOf(5, 2), 1000, 1), retryMs(window, demandOf(5, 2), 1000, 4)]).toEqual([
      3200, -1,
    ])
  })
})

describe('refund', () => {
  const charged = (atMs: number, units: number) => ({ atMs, units, windowMs: 3200 })

  test.each([
    ['the head', 1000, [2, 3]],
    ['a record between', 2000, [1, 3]],
    ['the tail', 3000, [1, 2]],
  ])('empties %s and nothing else', (_, atMs, left) => {
    const window = emptyWindow()
    for (const [i, ms] of [1000, 2000, 3000].entries()) take(window, demandOf(100, i + 1), ms)
    expect(refund(window, charged(atMs, 9), 3000)).toBe(atMs / 1000)
    expect(window.units).toBe(left.reduce((a, b) => a + b))
    expect(countRecords(window)).toBe(2)
    expect(refund(window, charged(atMs, 9), 3000)).toBe(0)
  })

  test('a head that is the tail too may be emptied and filled again', () => {
    const window = emptyWindow()
    take(window, demandOf(5, 2), 1000)
    refund(window, charged(1000, 2), 1000)
    expect([window.units, countRecords(window)]).toEqual([0, 0])
    take(window, demandOf(5, 2), 2000)
    expect(nextMs(window, 3200, 2000)).toBe(3200)
  })

  test.each([
    ['never charged', 1500],
    ['from before the window', 900],
    ['unknown', 0],
    ['in the future', 9000],
  ])('finds no record for a charge %s', (_, atMs) => {
    const window = emptyWindow()
    for (const ms of [1000, 2000]) take(window, demandOf(100), ms)
    expire(window, 3200, 4150)
    expect(refund(window, charged(atMs, 1), 4150)).toBe(0)
    expect(window.units).toBe(2)
  })

  test('does not go into a newer record when the one that was charged has left', () => {
    const window = emptyWindow()
    for (const ms of [1000, 1001]) take(window, demandOf(5), ms)
    expire(window, 3200, 4200)
    expect(refund(window, charged(1000, 1), 4200)).toBe(0)
    expect(window.units).toBe(1)
  })

  test('finds a charge whose record has been merged with later ones, and after the limit has changed', () => {
    const window = emptyWindow()
    for (const ms of [6400, 6410, 6420]) take(window, demandOf(100), ms)
    expect(refund(window, charged(6410, 1), 6420)).toBe(1)
    const fine = emptyWindow()
    for (let ms = 6400; ms < 6432; ms += 1) take(fine, demandOf(32), ms)
    for (let ms = 6500; ms < 9600; ms += 100) take(fine, demandOf(1000), ms)
    expect(countRecords(fine)).toBeLessThanOrEqual(34)
    expect(refund(fine, charged(6405, 1), 9500)).toBe(1)
  })
})

describe('limit (R7)', () => {
  const windowMs = 10_000
  const limit = 100

  test.each(Object.entries(adversarialSchedules(windowMs, limit)))(
    'is 1.00 times itself under %s',
    (_, schedule) => {
      const [window, log] = [emptyWindow(), createExactLog()]
      for (const { afterMs, units } of schedule) {
        const atMs = WRAP_MS - windowMs + afterMs
        if (take(window, demandOf(limit, units, windowMs), atMs)) log.add(atMs, units)
      }
      expect(log.mostWithin(windowMs)).toBeLessThanOrEqual(limit)
      expect(log.mostWithin(windowMs)).toBeGreaterThan(0.97 * limit)
    },
  )

  test('under hammering, 32 slots admit at least 98 % of what an exact log admits', () => {
    const window = emptyWindow()
    let taken = 0
    for (let i = 0; i < 12_000; i += 1) if (take(window, demandOf(limit, 1, windowMs), 25 * i)) taken += 1
    expect(taken).toBeGreaterThanOrEqual(0.98 * 3000)
    expect(taken).toBeLessThanOrEqual(3000)
  })

  test('holds under any mix of takes, limits, forces, refunds and clock steps, in 34 records', () => {
    const step = fc.record({
      aheadMs: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: -200, max: 3000 })),
      cost: fc.integer({ min: 0, max: 12 }),
      limit: fc.constantFrom(1, 20, 32, 33, 80, 1000),
      kind: fc.constantFrom<Step['kind']>('take', 'take', 'take', 'take', 'force', 'refund'),
    })
    const steps = fc.array(step, { minLength: 50, maxLength: 300 })
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 2000 }), steps, (length, history) => {
        expect(firstBreach(length, history)).toBeUndefined()
      }),
      { numRuns: 150 },
    )
  })

  test('retryMs is exact: a millisecond before it the take is refused, then it fits', () => {
    const random = seededRandom(3)
    let denials = 0
    for (let run = 0; run < 60; run += 1) {
      const length = 100 + Math.floor(random() * 9000)
      const most = 1 + Math.floor(random() * 200)
      const window = emptyWindow()
      let nowMs = WRAP_MS - 2000
      for (let i = 0; i < 300; i += 1) {
        nowMs += Math.floor((random() * length) / most)
        const demand = demandOf(most, 1 + Math.floor(random() * Math.min(5, most)), length)
        if (take(window, demand, nowMs)) continue
        denials += 1
        const againMs = nowMs + retryMs(window, demand, nowMs)
        expect(take(structuredClone(window), demand, againMs - 1)).toBe(false)
        expect(take(structuredClone(window), demand, againMs)).toBe(true)
      }
    }
    expect(denials).toBeGreaterThan(1000)
  })
})
