import { describe, expect, test } from '@jest/globals'
import type { Store } from '@turnpike/core'
import { createExactLog } from './exact-log.ts'
import type { ExactLog } from './exact-log.ts'
import { onStore } from './open-store.ts'
import type { OpenStore, StoreOpener } from './open-store.ts'
import { WINDOW_MS, briefWindow, requestOf, sampleWindow } from './sample-takes.ts'
import { adversarialSchedules, seededRandom } from './schedules.ts'
import type { Arrival } from './schedules.ts'

/**
 * R7: never above the limit in any interval, judged by exact logs and the store's own times.
 *
 * @see describeStore
 */
export function describeStoreLimits(open: StoreOpener): void {
  describe('limits', () => {
    const schedules = Object.entries(adversarialSchedules(WINDOW_MS, 20))
    test.each(schedules)('R7 admit 1.00 times the limit under %s', async (_, schedule) => {
      await onStore(open, async (opened) => {
        const log = await play(opened, schedule, 20)
        expect(log.mostWithin(WINDOW_MS)).toBeLessThanOrEqual(20)
        expect(log.mostWithin(WINDOW_MS)).toBeGreaterThanOrEqual(18)
      })()
    })
    test.each([1, 2])(
      'R7 hold in any interval under weights, refunds, force and changing limits, many windows at once (seed %i)',
      async (seed) => {
        await onStore(open, async (opened) => await playAtRandom(opened, seededRandom(seed)))()
      },
    )
  })
}

/** Plays arrivals against one window. @returns the log of what was admitted. */
async function play(
  { store, now, advance }: OpenStore,
  schedule: readonly Arrival[],
  limit: number,
): Promise<ExactLog> {
  const log = createExactLog()
  const beganMs = await now()
  const call = async ({ units }: Arrival): Promise<void> => {
    const outcome = await store.admit(requestOf(briefWindow({ limit, cost: units })))
    if (outcome.outcome === 'admitted') log.add(outcome.atMs, units)
  }
  for (const afterMs of new Set(schedule.map((arrival) => arrival.afterMs))) {
    const aheadMs = beganMs + afterMs - (await now())
    if (aheadMs > 0) await advance(aheadMs)
    // At once: a store that answers slowly has the burst all the same.
    await Promise.all(schedule.filter((arrival) => arrival.afterMs === afterMs).map(call))
  }
  return log
}

/** A window under test with its exact log and what might still be refunded. */
interface LoggedWindow {
  readonly id: string
  readonly windowMs: number
  readonly log: ExactLog
  readonly charges: { readonly atMs: number; readonly units: number }[]
}

async function playAtRandom({ store, advance }: OpenStore, random: () => number): Promise<void> {
  const windows = [120, 250, 251, 400].map((windowMs): LoggedWindow => {
    return { id: `search:free:${windowMs}`, windowMs, log: createExactLog(), charges: [] }
  })
  for (let step = 0; step < 400; step += 1) {
    const chosen = windows.filter(() => random() < 0.5)
    if (random() < 0.15) await refundOne(store, chosen, random)
    else await takeFromAll(store, chosen, random)
    if (random() < 0.4) await advance(Math.floor(random() * random() * 60))
  }
}

async function takeFromAll(
  store: Store,
  chosen: readonly LoggedWindow[],
  random: () => number,
): Promise<void> {
  const force = random() < 0.03
  const takes = chosen.map(({ id, windowMs }) =>
    sampleWindow({ id, windowMs, limit: random() < 0.5 ? 25 : 60, cost: Math.floor(random() * 7), force }),
  )
  const outcome = await store.admit(requestOf(...takes))
  if (outcome.outcome !== 'admitted') return
  for (const [index, { log, windowMs, charges }] of chosen.entries()) {
    const { cost = 0, limit = 0 } = takes[index] ?? {}
    log.add(outcome.atMs, cost)
    charges.push({ atMs: outcome.atMs, units: cost })
    if (!force) expect(log.unitsWithin(outcome.atMs, windowMs)).toBeLessThanOrEqual(limit)
  }
}

/** Refunds a charge, or a part of it, once. */
async function refundOne(store: Store, chosen: readonly LoggedWindow[], random: () => number): Promise<void> {
  for (const { id, windowMs, log, charges } of chosen) {
    const [charge] = charges.splice(Math.floor(random() * charges.length), 1)
    if (!charge) continue
    const units = Math.min(charge.units, 1 + Math.floor(random() * 6))
    log.giveBack(charge.atMs, units)
    await store.adjust([
      { shard: 5, holder: 'caller', id, windowMs, limit: 25, atMs: charge.atMs, units: -units },
    ])
  }
}
