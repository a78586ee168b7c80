/** The Redis store beside the limiters that people use on Redis today. Part of the suite `stores`. */
import { startRedis } from '../../scripts/redis.js'
import { startChild } from './child.js'
import { lowerQuartile, median, medianRatio } from './cpu.js'
import { measureServers } from './server-rounds.js'

const IN_FLIGHT = [1, 32, 256]
/** Short ones and many: what disturbs the machine then disturbs all contenders. */
const ROUNDS = 12
const WARM_UPS = 3
const ROUND_MS = 200
/** What is added is a tenth of what a request costs: as few rounds as elsewhere say nothing about it. */
const SERVER_ROUNDS = 120

/** Row and contender. */
const LINES = /** @type {const} */ ([
  ['Turnpike, 1 window', 'turnpike-1'],
  ['Turnpike, 2 windows', 'turnpike-2'],
  ['Turnpike, 2 windows and a claim of work, one decision', 'turnpike-full'],
  ['Turnpike, the same in separate calls', 'turnpike-separate'],
  ['The same in separate calls of rate-limiter-flexible and SET NX', 'peers-separate'],
  ['rate-limiter-flexible, 1 fixed window', 'flexible'],
  ['rate-limiter-flexible Union, 2 fixed windows', 'union'],
  ['rate-limit-redis, 1 fixed window', 'rate-limit-redis'],
  ['koa-ratelimit (async-ratelimiter), 1 log', 'koa'],
  ['@nest-lab/throttler-storage-redis, 1 fixed window', 'throttler'],
])

/** @type {readonly import('./server-rounds.js').Line[]} */
const SERVERS = [
  ['bare Express', 'bare', 200],
  ['Turnpike on Redis, 2 windows', 'turnpike', 200],
  ['express-rate-limit and rate-limit-redis, 1 window', 'rate-limit-redis', 200],
]

/** @typedef {import('./stores-redis-contenders.js').Round} Round */

/** @returns {Promise<Pick<import('./table.js').Report, 'tables' | 'bars' | 'beside' | 'notes'>>} */
export async function measureRedis() {
  const server = await startRedis()
  process.env['BENCH_REDIS_URL'] = server.url
  try {
    const rounds = await measureRounds()
    console.error('  redis: what is admitted at most, and what a key weighs …')
    const limits = startChild('stores-redis-limits.js', 'limits')
    const { most, bytes } = await limits.call('both')
    await limits.end()
    console.error('  redis: what an Express server pays for it …')
    const servers = await measureServers('stores-redis-server.js', SERVERS, SERVER_ROUNDS)
    return report(rounds, { most, bytes, servers })
  } finally {
    await server.stop()
  }
}

/** @returns {Promise<Map<string, Round[]>>} by contender and in flight: `turnpike-1 256` */
async function measureRounds() {
  const children = new Map(LINES.map(([, name]) => [name, startChild('stores-redis-contenders.js', name)]))
  /** @type {Map<string, Round[]>} */
  const rounds = new Map()
  const order = IN_FLIGHT.flatMap((inFlight) => LINES.map(([, name]) => ({ inFlight, name })))
  for (let round = -WARM_UPS; round < ROUNDS; round += 1) {
    console.error(round < 0 ? '  redis: warming up …' : `  redis: round ${round + 1} of ${ROUNDS} …`)
    // There and back, so that nobody always comes after the same one.
    for (const { inFlight, name } of round % 2 === 0 ? order : order.toReversed()) {
      const measured = await children.get(name)?.call('round', { inFlight, ms: ROUND_MS })
      if (round >= 0)
        rounds.set(`${name} ${inFlight}`, [...(rounds.get(`${name} ${inFlight}`) ?? []), measured])
    }
  }
  await Promise.all([...children.values()].map((child) => child.end()))
  return rounds
}

/**
 * @typedef {object} Others
 * @property {Record<string, number>} most
 * @property {number} bytes
 * @property {Map<string, number[]>} servers
 */

/**
 * @param {Map<string, Round[]>} rounds
 * @param {Others} others
 */
function report(rounds, others) {
  return {
    tables: [
      ...IN_FLIGHT.map((inFlight) => speedTable(rounds, inFlight)),
      {
        title: 'Most admitted in any window to callers who know how limiters count',
        columns: ['', 'x limit'],
        rows: Object.entries(others.most),
      },
      {
        title: 'CPU of an Express server per request, on Redis',
        columns: ['', 'lower quartile µs', 'added µs'],
        rows: SERVERS.map(([row, name]) => [
          row,
          lowerQuartile(others.servers.get(name) ?? []),
          added(others, name),
        ]),
      },
    ],
    bars: [...speedBars(rounds), ...otherBars(others)],
    beside: [
      {
        what: 'Redis decisions/s, one window',
        peer: 'rate-limiter-flexible',
        times: speedRatio(rounds, 'turnpike-1 256', 'flexible 256', 'perSecond'),
      },
      {
        what: 'Redis decisions/s, two windows',
        peer: 'its Union',
        times: speedRatio(rounds, 'turnpike-2 256', 'union 256', 'perSecond'),
      },
      {
        what: 'CPU added to Express on Redis',
        peer: 'rate-limit-redis',
        times: added(others, 'rate-limit-redis') / added(others, 'turnpike'),
      },
    ],
    notes: [
      "Most admitted: by the server's time of the decision for Turnpike, by the time of the answer for the others, who do not tell.",
      `What is added to a request: the difference of the lower quartiles of ${SERVER_ROUNDS} rounds, since neighbours on the machine only ever add to CPU time.`,
      `Redis on the same machine; ${ROUNDS} interleaved rounds of ${ROUND_MS} ms, medians; 2000 callers at random, all admitted.`,
      'The key is weighed with windows of 0.2 s and 12 s, limits 1000 and 10,000, some bytes less than a minute and an hour would take; packages/redis/test/bytes.test.ts weighs those.',
    ],
  }
}

/** @type {(rounds: Map<string, Round[]>, name: string, figure: keyof Round) => number[]} */
function figures(rounds, name, figure) {
  return (rounds.get(name) ?? []).map((round) => round[figure])
}

/** @type {(rounds: Map<string, Round[]>, inFlight: number) => import('./table.js').Table} */
function speedTable(rounds, inFlight) {
  const cell = (/** @type {string} */ name, /** @type {keyof Round} */ figure) =>
    median(figures(rounds, `${name} ${inFlight}`, figure))
  return {
    title: `Many machines, ${inFlight} in flight`,
    columns: ['', 'thousand/s', 'p50 ms', 'p99 ms', 'client µs', 'server µs'],
    rows: LINES.map(([row, name]) => [
      row,
      cell(name, 'perSecond') / 1000,
      cell(name, 'p50'),
      cell(name, 'p99'),
      cell(name, 'clientUs'),
      cell(name, 'serverUs'),
    ]),
  }
}

/** @type {(others: Others, name: string) => number} */
function added({ servers }, name) {
  return lowerQuartile(servers.get(name) ?? []) - lowerQuartile(servers.get('bare') ?? [])
}

/** @type {(rounds: Map<string, Round[]>, a: string, b: string, figure: keyof Round) => number} */
function speedRatio(rounds, a, b, figure) {
  return medianRatio(figures(rounds, a, figure), figures(rounds, b, figure))
}

/** @type {(rounds: Map<string, Round[]>) => import('./table.js').Bar[]} */
function speedBars(rounds) {
  const ratio = (/** @type {string} */ a, /** @type {string} */ b, /** @type {keyof Round} */ figure) =>
    speedRatio(rounds, a, b, figure)
  return [
    {
      what: 'redis: decisions/s at 256 in flight, 1 window',
      value: ratio('turnpike-1 256', 'flexible 256', 'perSecond'),
      relation: 'at least',
      limit: 2.5,
      unit: "x flexible's",
    },
    {
      what: 'redis: decisions/s at 256 in flight, 2 windows',
      value: ratio('turnpike-2 256', 'union 256', 'perSecond'),
      relation: 'at least',
      limit: 4,
      unit: "x its Union's",
    },
    {
      what: 'redis: p50 at 1 in flight, 1 window',
      value: ratio('turnpike-1 1', 'flexible 1', 'p50'),
      relation: 'at most',
      limit: 1.2,
      unit: "x flexible's",
    },
    {
      what: 'redis: the full decision at 256 in flight',
      value: ratio('turnpike-full 256', 'peers-separate 256', 'perSecond'),
      relation: 'at least',
      limit: 2,
      unit: 'x separate calls',
    },
  ]
}

/** @type {(others: Others) => import('./table.js').Bar[]} */
function otherBars(others) {
  return [
    {
      what: 'redis: most admitted in any window',
      value: others.most['turnpike'] ?? Number.NaN,
      relation: 'at most',
      limit: 1,
      unit: 'x limit',
    },
    {
      what: 'redis: a key of two windows used to the full',
      value: others.bytes,
      relation: 'at most',
      limit: 450,
      unit: 'bytes',
    },
    {
      what: 'redis: CPU added to an Express request',
      value: added(others, 'turnpike') / added(others, 'rate-limit-redis'),
      relation: 'at most',
      limit: 0.5,
      unit: "x rate-limit-redis's",
    },
  ]
}
