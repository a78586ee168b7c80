/** How much callers get who know how limiters count; and what a key weighs when its windows are used to the full. */
import { redisStore } from '@turnpike/redis'
import { setTimeout as pause } from 'node:timers/promises'
// Of the workspace's own tools, whose index needs jest.
import { adversarialSchedules } from '../../packages/testkit/dist/schedules.js'
import { createExactLog } from '../../packages/testkit/dist/exact-log.js'
import { limited, openRedis } from './stores-redis-contenders.js'

const WINDOW_MS = 2000
const LIMIT = 50

export const contenders = { limits: () => ({ both }) }

/** Both mostly wait. */
async function both() {
  const [ofAll, weighed] = await Promise.all([most(), bytes()])
  return { most: ofAll, bytes: weighed }
}

/** @returns {Promise<Record<string, number>>} most admitted in any window, as a multiple of the limit, by contender */
async function most() {
  const worst = Object.entries(limited).map(async ([name, open]) => {
    return [name, await worstOf(open(LIMIT, WINDOW_MS), name)]
  })
  return Object.fromEntries(await Promise.all(worst))
}

/** All schedules at once, each by a caller of its own. @type {(ask: import('./stores-redis-contenders.js').Ask, name: string) => Promise<number>} */
async function worstOf(ask, name) {
  const schedules = Object.entries(adversarialSchedules(WINDOW_MS, LIMIT))
  const ratios = await Promise.all(
    schedules.map(async ([title, arrivals]) => {
      const log = createExactLog()
      const began = performance.now()
      for (const { afterMs, units } of arrivals) {
        const aheadMs = began + afterMs - performance.now()
        if (aheadMs > 0) await pause(aheadMs)
        const admitted = await ask(`${name} ${title}`, units)
        if (admitted !== false) log.add(admitted === true ? Math.round(performance.now()) : admitted, units)
      }
      return log.mostWithin(WINDOW_MS) / LIMIT
    }),
  )
  return Math.max(...ratios)
}

/**
 * Two windows in short, 300 times as fast as a minute and an hour: used evenly to the full, then to the full in the short one.
 *
 * @returns {Promise<number>} bytes of the key
 */
async function bytes() {
  const redis = openRedis()
  const store = redisStore(redis, { prefix: 'bytes', timeoutMs: 5000 })
  const holder = 'holder-of-20-letters'
  const began = performance.now()
  let worst = 0
  while (performance.now() - began < 12_000) {
    const windows = [
      { holder, id: 'free 200 /search', limit: 1000, windowMs: 200, cost: 12 },
      { holder, id: 'free 12000 /search', limit: 10_000, windowMs: 12_000, cost: 12 },
    ]
    await store.admit({ shard: 7, common: [], ways: [{ windows, claims: [] }], otherwise: [] })
    await pause(12)
    worst = Math.max(worst, (await redis.memory('USAGE', `{bytes:7}:w:${holder}`)) ?? 0)
  }
  return worst
}
