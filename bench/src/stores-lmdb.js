/**
 * The LMDB store beside the memory store and trips to Redis. Part of the suite `stores`; also the module of its
 * contenders' processes.
 */
import { memoryStore } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { Redis } from 'ioredis'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { startRedis } from '../../scripts/redis.js'
import { measure, median, medianRatio } from './cpu.js'
import { childrenInTurn } from './rounds.js'

const CALLERS = 2000
const LIMIT = 1_000_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** A flush that is due once a second then has its share of each round. */
const LMDB_ROUND_MS = 1100
const ROUND_MS = 400

/** Row and contender. */
const LINES = /** @type {const} */ ([
  ['Turnpike memory, 1 window', 'memory-1'],
  ['Turnpike lmdb, 1 window', 'lmdb-1'],
  ['Turnpike lmdb, 2 windows', 'lmdb-2'],
  ['Turnpike lmdb, 1 window, one claim of work', 'lmdb-claim'],
  ["Turnpike lmdb, 1 window, sync: 'always'", 'lmdb-always'],
  ['rate-limiter-flexible on Redis, 1 fixed window, client and server', 'redis-flexible'],
  ['Redis: one script of one INCR and one PEXPIRE, client and server', 'redis-script'],
  ['Redis: one INCR, client and server', 'redis-incr'],
])

/** How many decisions are under way at once, method of the contenders, rounds: most where the bar is. */
const WAYS = /** @type {const} */ ([
  [1, 'one', 7],
  [32, 'some', 3],
  [256, 'many', 3],
])

export const contenders = {
  'memory-1': () => admitting(memoryStore(), oneWindow),
  'lmdb-1': () => admitting(openLmdb(), oneWindow),
  'lmdb-2': () => admitting(openLmdb(), twoWindows),
  'lmdb-claim': () => admitting(openLmdb(), oneClaim),
  'lmdb-always': () => admitting(openLmdb('always'), oneWindow),
  'redis-flexible': async () => {
    const { redis, server } = await openRedis()
    const limiter = new RateLimiterRedis({ storeClient: redis, points: LIMIT, duration: HOUR_MS / 1000 })
    return tripping((holder) => limiter.consume(holder), server)
  },
  'redis-script': async () => {
    const { redis, server } = await openRedis()
    redis.defineCommand('hit', {
      numberOfKeys: 1,
      lua: "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n",
    })
    const hit = /** @type {(key: string, ms: number) => Promise<unknown>} */ (
      Reflect.get(redis, 'hit').bind(redis)
    )
    return tripping((holder) => hit(holder, HOUR_MS), server)
  },
  'redis-incr': async () => {
    const { redis, server } = await openRedis()
    return tripping((holder) => redis.incr(holder), server)
  },
}

/** @returns {Promise<Pick<import('./table.js').Report, 'tables' | 'bars' | 'beside' | 'notes'>>} */
export async function measureLmdb() {
  const names = LINES.map(([, name]) => name)
  /** @type {Map<number, Map<string, number[]>>} */
  const costs = new Map()
  for (const [atOnce, method, rounds] of WAYS) {
    console.error(`  lmdb: ${atOnce} at once, ${rounds} rounds …`)
    const plan = { rounds, warmUps: 2, method }
    costs.set(atOnce, await childrenInTurn('stores-lmdb.js', names, plan))
  }
  const costsOf = (/** @type {string} */ name, /** @type {number} */ atOnce) =>
    costs.get(atOnce)?.get(name) ?? []
  /**
   * @param {(typeof LINES)[number]} line
   * @returns {readonly (string | number)[]}
   */
  function rowOf([row, name]) {
    const cells = WAYS.flatMap(([atOnce]) => [
      median(costsOf(name, atOnce)),
      medianRatio(costsOf('redis-flexible', atOnce), costsOf(name, atOnce)),
    ])
    return [row, ...cells]
  }

  return {
    tables: [
      {
        title:
          'One machine: CPU microseconds per decision, and decisions per CPU-second beside a trip to Redis',
        columns: ['', ...WAYS.flatMap(([atOnce]) => [`${atOnce} at once`, 'x flexible'])],
        rows: LINES.map(rowOf),
      },
    ],
    bars: [
      {
        what: 'lmdb, 1 window, to a round trip of rate-limiter-flexible to Redis',
        value: medianRatio(costsOf('redis-flexible', 1), costsOf('lmdb-1', 1)),
        relation: 'at least',
        limit: 5,
        unit: 'x',
      },
    ],
    beside: [
      {
        what: 'decisions on lmdb, one at a time',
        peer: 'rate-limiter-flexible on Redis',
        times: medianRatio(costsOf('redis-flexible', 1), costsOf('lmdb-1', 1)),
      },
    ],
    notes: [
      `lmdb on ${tmpdir()}; ${CALLERS} callers in turn, all admitted; ${WAYS.map(([, , rounds]) => rounds).join(', ')} interleaved rounds, medians.`,
      'The bar is of a round trip: one call at a time. With many at once, calls to Redis share the system calls of a trip, as those to lmdb share a transaction.',
      'The CPU time of the Redis server is counted. The bare script and INCR decide nothing: they are the floor of a trip.',
      "`sync: 'always'` waits for the disk, which costs time more than CPU time.",
    ],
  }
}

/** @param {import('@turnpike/lmdb').Sync} [sync] */
function openLmdb(sync = 'everySecond') {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return lmdbStore(join(folder, 'store.mdb'), { sync })
}

async function openRedis() {
  const server = await startRedis()
  return { server, redis: new Redis(server.url) }
}

/**
 * @param {import('@turnpike/core').Store} store
 * @param {(holder: string, n: number) => import('@turnpike/core').WayTake} wayOf
 */
function admitting(store, wayOf) {
  let n = 0
  return loops(
    async () => {
      n += 1
      const ways = [wayOf(`caller ${String(n % CALLERS).padStart(13, '0')}`, n)]
      const { outcome } = await store.admit({ shard: 7, common: [], ways, otherwise: [] })
      if (outcome !== 'admitted') throw new Error(`expected to be admitted, got ${outcome}`)
    },
    LMDB_ROUND_MS,
    measure,
  )
}

/**
 * @param {(holder: string) => Promise<unknown>} trip
 * @param {import('../../scripts/redis.js').RedisServer} server
 */
function tripping(trip, server) {
  let n = 0
  return loops(
    async () => {
      n += 1
      await trip(`caller ${String(n % CALLERS).padStart(13, '0')}`)
    },
    ROUND_MS,
    withServer(server.url),
  )
}

/**
 * @param {() => Promise<void>} work
 * @param {number} ms of a round
 * @param {typeof measure} measureAll
 */
function loops(work, ms, measureAll) {
  const run = async (/** @type {number} */ atOnce) =>
    await measureAll(async () => {
      let ops = 0
      for (const endMs = performance.now() + ms; performance.now() < endMs; ops += atOnce)
        await Promise.all(Array.from({ length: atOnce }, work))
      return ops
    })
  return { one: () => run(1), some: () => run(32), many: () => run(256) }
}

/**
 * @param {string} url
 * @returns {typeof measure} with the CPU time of the server added
 */
function withServer(url) {
  const redis = new Redis(url)
  const usedUs = async () => {
    const text = await redis.info('cpu')
    const [user, system] = ['user', 'sys'].map((kind) =>
      Number(new RegExp(`used_cpu_${kind}:(\\S+)`).exec(text)?.[1]),
    )
    return 1e6 * ((user ?? Number.NaN) + (system ?? Number.NaN))
  }
  return async (work) => {
    const before = await usedUs()
    const { cpuUs, ops } = await measure(work)
    return { cpuUs: cpuUs + (await usedUs()) - before, ops }
  }
}

/** @param {string} holder @returns {import('@turnpike/core').WayTake} */
function oneWindow(holder) {
  return {
    windows: [{ holder, id: 'free 3600000 #policy-1', limit: LIMIT, windowMs: HOUR_MS, cost: 1 }],
    claims: [],
  }
}

/** @param {string} holder @returns {import('@turnpike/core').WayTake} */
function twoWindows(holder) {
  const { windows } = oneWindow(holder)
  const minute = { holder, id: 'free 60000 #policy-1', limit: LIMIT, windowMs: MINUTE_MS, cost: 1 }
  return { windows: [minute, ...windows], claims: [] }
}

/** @param {string} holder @param {number} n @returns {import('@turnpike/core').WayTake} */
function oneClaim(holder, n) {
  const credential = `solution ${process.pid} ${n}`
  const claim = {
    credential,
    shard: 7,
    claimId: credential,
    uses: 1,
    expiresAtMs: Date.now() + MINUTE_MS,
    leaseMs: 30_000,
    lapse: /** @type {const} */ ('keep'),
    settled: true,
  }
  return { ...oneWindow(holder), claims: [claim] }
}
