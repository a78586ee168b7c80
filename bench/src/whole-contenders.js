/** Who takes part in the suite `whole`: stores under many callers, each in a process of its own that others may share. */
import { memoryStore } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { redisStore } from '@turnpike/redis'
import { Redis } from 'ioredis'
import { statSync } from 'node:fs'
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible'

const LIMIT = 1_000_000
const HOUR_MS = 3_600_000
const AT_ONCE = 256
/** Coprime to every number of callers: an order that no cache can foresee. */
const STRIDE = 7_368_787

const { BENCH_LMDB = '', BENCH_REDIS_URL = '' } = process.env

export const contenders = {
  memory: () => deciding(memoryStore(), heapBytes),
  lmdb: () => deciding(lmdbStore(BENCH_LMDB), () => statSync(BENCH_LMDB).size),
  redis: () => {
    const redis = new Redis(BENCH_REDIS_URL)
    return deciding(redisStore(redis, { timeoutMs: 5000 }), async () => await usedMemory(redis))
  },
  'flexible-memory': () => limiting(new RateLimiterMemory(TERMS), heapBytes),
  'flexible-redis': () => {
    const redis = new Redis(BENCH_REDIS_URL)
    return limiting(
      new RateLimiterRedis({ ...TERMS, storeClient: redis }),
      async () => await usedMemory(redis),
    )
  },
}

const TERMS = { points: LIMIT, duration: HOUR_MS / 1000 }

/**
 * @param {import('@turnpike/core').Store} store
 * @param {() => number | Promise<number>} bytesNow
 */
function deciding(store, bytesNow) {
  return crowd(async (holder) => {
    const windows = [{ holder, id: 'free 3600000 #policy-1', limit: LIMIT, windowMs: HOUR_MS, cost: 1 }]
    const answer = store.admit({ shard: 7, common: [], ways: [{ windows, claims: [] }], otherwise: [] })
    const { outcome } = answer instanceof Promise ? await answer : answer
    if (outcome !== 'admitted') throw new Error(`expected to be admitted, got ${outcome}`)
  }, bytesNow)
}

/**
 * @param {{ consume(key: string): Promise<unknown> }} limiter
 * @param {() => number | Promise<number>} bytesNow
 */
function limiting(limiter, bytesNow) {
  return crowd(async (holder) => void (await limiter.consume(holder)), bytesNow)
}

/**
 * @param {(holder: string) => Promise<void>} decide
 * @param {() => number | Promise<number>} bytesNow what is kept, in bytes
 */
function crowd(decide, bytesNow) {
  /** @type {(callers: number, ops: number, step: number) => Promise<{ perSecond: number }>} */
  const run = async (callers, ops, step) => {
    const startedAt = performance.now()
    for (let done = 0, at = process.pid % callers; done < ops; done += AT_ONCE) {
      const batch = []
      for (let index = 0; index < Math.min(AT_ONCE, ops - done); index += 1, at = (at + step) % callers)
        batch.push(decide(callerName(at)))
      await Promise.all(batch)
    }
    return { perSecond: (1000 * ops) / (performance.now() - startedAt) }
  }
  return {
    /** Every caller once. */
    async fill(/** @type {{ callers: number }} */ { callers }) {
      const before = await bytesNow()
      const { perSecond } = await run(callers, callers, 1)
      return { perSecond, bytesPerCaller: ((await bytesNow()) - before) / callers }
    },
    run: async (/** @type {{ callers: number, ops: number }} */ { callers, ops }) =>
      await run(callers, ops, STRIDE),
  }
}

/** @param {number} number @returns {string} 20 characters, as the gate's names of callers are */
function callerName(number) {
  return `caller ${String(number).padStart(13, '0')}`
}

function heapBytes() {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** @param {Redis} redis */
async function usedMemory(redis) {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
}
