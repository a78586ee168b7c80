/** Who counts on Redis in the suite `stores`: each in a process of its own, on the server of BENCH_REDIS_URL. */
import { redisStore } from '@turnpike/redis'
import throttlerStorage from '@nest-lab/throttler-storage-redis'
import Limiter from 'async-ratelimiter'
import { Redis } from 'ioredis'
import { RedisStore } from 'rate-limit-redis'
import { RateLimiterRedis, RateLimiterUnion } from 'rate-limiter-flexible'

const CALLERS = 2000
/** Never reached. */
const PLENTY = 1_000_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/**
 * @typedef {(holder: string, units?: number) => Promise<boolean | number>} Ask whether so many units were admitted; ours
 *   answers with the server's time in ms, which is when they were
 */

export const contenders = {
  'turnpike-1': () => contender(turnpike((holder) => [window(holder, PLENTY, MINUTE_MS)])),
  'turnpike-2': () => contender(turnpike(twoWindows)),
  'turnpike-full': () => contender(fullDecision()),
  'turnpike-separate': () => contender(separateCalls()),
  'peers-separate': () => contender(separatePeers()),
  flexible: () => contender(flexible(PLENTY, MINUTE_MS)),
  union: () => contender(flexibleUnion()),
  'rate-limit-redis': () => contender(rateLimitRedis(PLENTY, MINUTE_MS)),
  koa: () => contender(koaRateLimit(PLENTY, MINUTE_MS)),
  throttler: () => contender(throttler(PLENTY, MINUTE_MS)),
}

/** The same with a small limit, for the adversaries. */
export const limited = {
  turnpike: (/** @type {number} */ limit, /** @type {number} */ ms) =>
    turnpike((holder, cost) => [window(holder, limit, ms, cost)]),
  flexible,
  'rate-limit-redis': rateLimitRedis,
  koa: koaRateLimit,
  throttler,
}

export function openRedis() {
  return new Redis(process.env['BENCH_REDIS_URL'] ?? '')
}

/** @param {Ask} ask */
function contender(ask) {
  const redis = openRedis()
  return {
    /**
     * @param {{ inFlight: number, ms: number }} plan
     * @returns {Promise<Round>}
     */
    round: async ({ inFlight, ms }) => await measureRound(ask, redis, inFlight, ms),
  }
}

/**
 * @typedef {object} Round
 * @property {number} perSecond
 * @property {number} p50 ms
 * @property {number} p99 ms
 * @property {number} clientUs CPU per decision
 * @property {number} serverUs
 */

/** @type {(ask: Ask, redis: Redis, inFlight: number, ms: number) => Promise<Round>} */
async function measureRound(ask, redis, inFlight, ms) {
  /** @type {number[]} */
  const latencies = []
  const [serverBefore, before, began] = [await serverUs(redis), process.cpuUsage(), performance.now()]
  const until = began + ms
  const caller = async () => {
    for (let now = performance.now(); now < until;) {
      if (!(await ask(holderOf(Math.floor(Math.random() * CALLERS))))) throw new Error('refused')
      const after = performance.now()
      latencies.push(after - now)
      now = after
    }
  }
  await Promise.all(Array.from({ length: inFlight }, caller))
  const elapsed = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  const server = (await serverUs(redis)) - serverBefore
  const sorted = Float64Array.from(latencies).toSorted()
  return {
    perSecond: (1000 * latencies.length) / elapsed,
    p50: sorted[sorted.length >> 1] ?? Number.NaN,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    clientUs: (user + system) / latencies.length,
    serverUs: server / latencies.length,
  }
}

/** @param {Redis} redis */
async function serverUs(redis) {
  const text = await redis.info('cpu')
  const used = ['user', 'sys'].map((kind) => Number(new RegExp(`used_cpu_${kind}:(\\S+)`).exec(text)?.[1]))
  return 1e6 * used.reduce((a, b) => a + b)
}

/** @param {number} n */
function holderOf(n) {
  return `caller ${String(n).padStart(13, '0')}`
}

/** @type {(holder: string, limit: number, windowMs: number, cost?: number) => import('@turnpike/core').WindowTake} */
function window(holder, limit, windowMs, cost = 1) {
  return { holder, id: `free ${windowMs} #policy-1`, limit, windowMs, cost }
}

/** @param {string} holder */
function twoWindows(holder) {
  return [window(holder, PLENTY, MINUTE_MS), window(holder, PLENTY, HOUR_MS)]
}

let stores = 0
function openStore() {
  // A busy machine is no outage: nobody else here has a time-out at all.
  stores += 1
  return redisStore(openRedis(), { prefix: `bench-${process.pid}-${stores}`, timeoutMs: 5000 })
}

/**
 * @param {(holder: string, units: number) => import('@turnpike/core').WindowTake[]} windowsOf
 * @returns {Ask}
 */
function turnpike(windowsOf) {
  const store = openStore()
  return async (holder, units = 1) => {
    const ways = [{ windows: windowsOf(holder, units), claims: [] }]
    const outcome = await store.admit({ shard: 7, common: [], ways, otherwise: [] })
    return outcome.outcome === 'admitted' && outcome.atMs
  }
}

let credentials = 0
/** @returns {import('@turnpike/core').ClaimTake} */
function freshClaim() {
  credentials += 1
  return {
    credential: `solution ${process.pid} ${credentials}`,
    shard: 7,
    claimId: `claim ${credentials}`,
    uses: 1,
    expiresAtMs: Date.now() + MINUTE_MS,
    leaseMs: 30_000,
    lapse: 'keep',
    settled: true,
  }
}

/** Two windows and one claim of work in one decision. @returns {Ask} */
function fullDecision() {
  const store = openStore()
  return async (holder) => {
    const ways = [{ windows: twoWindows(holder), claims: [freshClaim()] }]
    return (await store.admit({ shard: 7, common: [], ways, otherwise: [] })).outcome === 'admitted'
  }
}

/** What one would write without it: one call after the other, each batched as the decisions are. @returns {Ask} */
function separateCalls() {
  const store = openStore()
  const admits = async (/** @type {import('@turnpike/core').WayTake} */ way) =>
    (await store.admit({ shard: 7, common: [], ways: [way], otherwise: [] })).outcome === 'admitted'
  return async (holder) => {
    const [minute, hour] = twoWindows(holder)
    return (
      minute !== undefined &&
      hour !== undefined &&
      (await admits({ windows: [minute], claims: [] })) &&
      (await admits({ windows: [hour], claims: [] })) &&
      (await admits({ windows: [], claims: [freshClaim()] }))
    )
  }
}

/** The same three questions as one would ask them today: two limits, and a mark that the work is spent. @returns {Ask} */
function separatePeers() {
  const redis = openRedis()
  const [minute, hour] = [60, 3600].map(
    (duration) =>
      new RateLimiterRedis({
        storeClient: redis,
        points: PLENTY,
        duration,
        keyPrefix: `separate ${duration}`,
      }),
  )
  return async (holder) => {
    await minute?.consume(holder)
    await hour?.consume(holder)
    return (await redis.set(`spent ${freshClaim().credential}`, '1', 'PX', MINUTE_MS, 'NX')) === 'OK'
  }
}

/** @type {(limit: number, ms: number) => Ask} */
function flexible(limit, ms) {
  const limiter = new RateLimiterRedis({ storeClient: openRedis(), points: limit, duration: ms / 1000 })
  return async (holder, units = 1) => {
    try {
      await limiter.consume(holder, units)
      return true
    } catch (error) {
      if (error instanceof Error) throw error
      return false
    }
  }
}

/** @returns {Ask} */
function flexibleUnion() {
  const storeClient = openRedis()
  const union = new RateLimiterUnion(
    new RateLimiterRedis({ storeClient, points: PLENTY, duration: 60, keyPrefix: 'minute' }),
    new RateLimiterRedis({ storeClient, points: PLENTY, duration: 3600, keyPrefix: 'hour' }),
  )
  return async (holder) => (await union.consume(holder)) !== undefined
}

/** @type {(limit: number, ms: number) => Ask} */
function rateLimitRedis(limit, ms) {
  const redis = openRedis()
  const store = new RedisStore({
    sendCommand: async (command, ...args) => /** @type {never} */ (await redis.call(command, ...args)),
  })
  store.windowMs = ms
  return each(async (holder) => (await store.increment(holder)).totalHits <= limit)
}

/** What koa-ratelimit counts with. @type {(limit: number, ms: number) => Ask} */
function koaRateLimit(limit, ms) {
  const limiter = new Limiter({ db: openRedis(), max: limit, duration: ms })
  return each(async (holder) => (await limiter.get({ id: holder })).remaining > 0)
}

/** @type {(limit: number, ms: number) => Ask} */
function throttler(limit, ms) {
  const storage = new throttlerStorage.ThrottlerStorageRedisService(openRedis())
  return each(async (holder) => !(await storage.increment(holder, ms, limit, ms, 'default')).isBlocked)
}

/**
 * For those who know no weights: so many calls.
 *
 * @param {(holder: string) => Promise<boolean>} askOnce
 * @returns {Ask}
 */
function each(askOnce) {
  return async (holder, units = 1) => {
    let all = true
    for (let unit = 0; unit < units; unit += 1) all = (await askOnce(holder)) && all
    return all
  }
}
