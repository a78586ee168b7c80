/** Memory stores: decisions per CPU-second, and bytes per key, beside the limiters that people use today. */
import { startChild } from './child.js'
import { median, medianRatio } from './cpu.js'
import { childrenInTurn } from './rounds.js'

const MODULE = 'memory-contenders.js'
const HOT_ROUNDS = 12
const HOT_WARM_UPS = 3
/** Each takes a fresh process: the timers of a limiter that was thrown away would go on running. */
const MILLION_ROUNDS = 2

/** Row, contender, whether it is filled with a million keys. */
const LINES = /** @type {const} */ ([
  ['Turnpike store.admit, 1 window', 'turnpike-1', true],
  ['Turnpike store.admit, 1 window, awaited', 'turnpike-1-awaited', false],
  ['Turnpike store.admit, 2 windows', 'turnpike-2', true],
  ['Turnpike store.admit, 2 windows, awaited', 'turnpike-2-awaited', false],
  ['Turnpike gate.decide, 1 window: whole decision with answer', 'turnpike-gate', false],
  ['rate-limiter-flexible memory, as it comes', 'flexible', true],
  ['rate-limiter-flexible memory, keyPrefix off', 'flexible-no-prefix', false],
  ['rate-limiter-flexible union, 2 windows', 'flexible-union', false],
  ['express-rate-limit MemoryStore', 'express-store', true],
  ['bare Map, fixed window (floor)', 'map', true],
])

/** Row and contender: callers who have used up what they may. */
const REFUSED = /** @type {const} */ ([
  ['Turnpike store.admit, 1 window', 'turnpike-refused'],
  ['rate-limiter-flexible memory, as it comes', 'flexible-refused'],
])

/** Name and contender. */
const PEERS = /** @type {const} */ ([
  ['rate-limiter-flexible', 'flexible'],
  ['express-rate-limit', 'express-store'],
])

/** @returns {Promise<import('./table.js').Report>} */
export async function runMemory() {
  const hot = await childrenInTurn(
    MODULE,
    [...LINES, ...REFUSED].map(([, name]) => name),
    { rounds: HOT_ROUNDS, warmUps: HOT_WARM_UPS, method: 'hot' },
  )
  const million = await runMillion()
  const hotOf = (/** @type {string} */ name) => hot.get(name) ?? []
  return {
    suite: 'Memory store',
    tables: [
      {
        title: 'Thousand decisions per CPU-second; bytes per key',
        columns: [
          '',
          '10,000 hot',
          'x flexible',
          '1 M new',
          'x flexible',
          'random in 1 M',
          'x flexible',
          'bytes/key',
        ],
        rows: LINES.map(([row, name]) => [
          row,
          ...rate(hotOf(name), hotOf('flexible')),
          ...rate(million.fill.get(name), million.fill.get('flexible')),
          ...rate(million.random.get(name), million.random.get('flexible')),
          median(million.bytes.get(name) ?? []),
        ]),
      },
      refusals(hotOf),
    ],
    bars: [
      {
        what: "store.admit, 1 window, hot keys, to rate-limiter-flexible's",
        value: medianRatio(hotOf('flexible'), hotOf('turnpike-1')),
        relation: 'at least',
        limit: 4,
        unit: 'x',
      },
    ],
    beside: PEERS.map(([peer, name]) => ({
      what: 'memory store, a decision',
      peer,
      times: medianRatio(hotOf(name), hotOf('turnpike-1')),
    })),
    notes: [
      `${HOT_ROUNDS} interleaved rounds on hot keys, ${MILLION_ROUNDS} fresh processes each for the million; medians.`,
      "All calls are admitted, but for the refusals. rate-limiter-flexible's and express-rate-limit's calls are awaited, since they answer with promises.",
      "Turnpike's request object is made anew for each decision and can be seen from outside, as the gate's can; so can all answers. The gate takes an answer that is no promise at once; `awaited` is what the store costs those who await it all the same.",
      'Bytes per key are what the heap has grown by after a collection, the 20 characters of the key included.',
    ],
  }
}

/**
 * @param {(name: string) => readonly number[]} hotOf µs per decision, by contender
 * @returns {import('./table.js').Table}
 */
function refusals(hotOf) {
  return {
    title: 'Refusals: thousand decisions per CPU-second',
    columns: ['', '10,000 hot', 'x flexible'],
    rows: REFUSED.map(([row, name]) => {
      const [perSecond, times] = rate(hotOf(name), hotOf('flexible-refused'))
      return [row, perSecond, times]
    }),
  }
}

async function runMillion() {
  const names = LINES.filter(([, , filled]) => filled).map(([, name]) => name)
  const [fill, random, bytes] = [listsFor(names), listsFor(names), listsFor(names)]
  for (let round = 0; round < MILLION_ROUNDS; round += 1) {
    for (const name of names) {
      const child = startChild(MODULE, name)
      const measured = await child.call('million')
      await child.end()
      fill.get(name)?.push(measured.fillUs)
      random.get(name)?.push(measured.randomUs)
      bytes.get(name)?.push(measured.bytesPerKey)
    }
  }
  return { fill, random, bytes }
}

/**
 * @param {readonly string[]} names
 * @returns {Map<string, number[]>}
 */
function listsFor(names) {
  return new Map(names.map((name) => [name, []]))
}

/**
 * @param {readonly number[]} [costs] µs per decision
 * @param {readonly number[]} [base]
 * @returns {[number, number]} thousand decisions per CPU-second, and the multiple of the base's
 */
function rate(costs = [], base = []) {
  return [1000 / median(costs), medianRatio(base.slice(0, costs.length), costs)]
}
