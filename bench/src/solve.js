/** Solving proof of work: hashes per CPU-second on one core, beside peers and C; the cold start; the browser. */
import { median, medianRatio } from './cpu.js'
import { childrenInTurn } from './rounds.js'
import { measureBrowser } from './solve-browser.js'
import { measureColdStart } from './solve-cold.js'
import { nativePrograms } from './solve-native.js'

const ROUNDS = 9
const WARM_UPS = 2
const OURS = 'solve'

/** Row name and name of the contender. */
const TURNPIKE = [
  ['solve, our challenges (WASM SIMD)', OURS],
  ['solve, other texts (WASM SIMD)', 'solve-other'],
  ['WASM without SIMD, our challenges', 'scalar-hot'],
  ['WASM without SIMD, other texts', 'scalar'],
  ['plain JavaScript', 'javascript'],
]
const PEERS = [
  ['friendly-pow, WASM (blake2b)', 'friendly-pow'],
  ['@cap.js/wasm', 'cap-wasm'],
  ['crypto.hash in a loop', 'crypto-hash'],
  ['hash-wasm in a loop', 'hash-wasm'],
  ['altcha-lib v2 solveChallenge, SHA-256 cost 1', 'altcha-lib'],
  ['@noble/hashes in a loop', 'noble-hashes'],
  ['crypto.subtle in a loop', 'crypto-subtle'],
]
const NATIVE = [
  ['C, 128-bit vectors: what WASM SIMD has', 'c-128'],
  ['C, 256-bit vectors (AVX2)', 'c-256'],
  ['C, 512-bit vectors (AVX-512)', 'c-512'],
  ['C, SHA-NI, four interleaved', 'c-sha-ni'],
]

/** @returns {Promise<import('./table.js').Report>} */
export async function runSolve() {
  const buildable = nativePrograms()
  const native = NATIVE.filter(([, name = '']) => buildable.includes(name))
  const lines = [...TURNPIKE, ...PEERS, ...native]
  // Ours and C's right after each other: what slows the machine for a moment should hit both.
  const names = [...TURNPIKE.toReversed(), ...native, ...PEERS].map(([, name = '']) => name)
  const plan = { rounds: ROUNDS, warmUps: WARM_UPS, method: 'run' }
  const costs = await childrenInTurn('solve-contenders.js', names, plan)
  const of = (/** @type {string} */ name) => costs.get(name) ?? []
  const faster = (/** @type {string} */ name) => medianRatio(of(name), of(OURS))
  const cold = measureColdStart()
  const browser = await measureBrowser()
  return {
    suite: 'Solving',
    tables: [
      ratesTable(lines, of),
      coldTable(cold),
      ...(browser === undefined ? [] : [browserTable(browser)]),
    ],
    bars: [
      bar('to the best JavaScript or WASM peer', Math.min(...PEERS.map(([, name = '']) => faster(name))), 2),
      ...(buildable.includes('c-128') ? [bar('to C on 128-bit vectors', faster('c-128'), 0.9)] : []),
      {
        what: 'cold start, difficulty 4, best',
        value: cold.bestMs,
        relation: 'at most',
        limit: 20,
        unit: 'ms',
      },
      ...(browser === undefined ? [] : [bar('in Chromium, to crypto.subtle', browser.ratio, 50)]),
    ],
    beside: [
      { what: 'solve in Node', peer: 'friendly-pow', times: faster('friendly-pow') },
      { what: 'solve in Node', peer: '@cap.js/wasm', times: faster('cap-wasm') },
      { what: 'solve in Node', peer: 'altcha-lib v2', times: faster('altcha-lib') },
      ...(buildable.includes('c-128')
        ? [{ what: 'solve in Node', peer: 'C on the same vectors', times: faster('c-128') }]
        : []),
      ...(browser === undefined
        ? []
        : [{ what: 'solve in Chromium', peer: 'crypto.subtle in a loop', times: browser.ratio }]),
    ],
    notes: [
      `Millions of hashes per second of CPU time (all threads of the process), one core, over ${ROUNDS} interleaved ` +
        'rounds, one process per row. The ratio is how many times as fast `solve` is in the same round.',
      'Libraries of hashes run in the plainest loop over our message of 116 characters, two blocks; the solvers of ' +
        'other systems on puzzles of their own: one block, blake2b for friendly-pow.',
      'Cold start: 65,536 hashes by `solve` in a fresh process, after the import. Chromium: by the clock, in a page.',
      ...(native.length === 0 ? ['No C here: it takes gcc and Linux on x86.'] : []),
      ...(browser === undefined ? ['No Chromium here: `node scripts/chromium.js` installs it.'] : []),
    ],
  }
}

/**
 * @param {readonly (readonly string[])[]} lines
 * @param {(name: string) => readonly number[]} of microseconds per hash
 * @returns {import('./table.js').Table}
 */
function ratesTable(lines, of) {
  return {
    title: 'Rate',
    columns: ['', 'best MH/s', 'median MH/s', 'solve is faster'],
    rows: lines.map(([row = '', name = '']) => [
      row,
      1 / Math.min(...of(name)),
      1 / median(of(name)),
      medianRatio(of(name), of(OURS)),
    ]),
  }
}

/** @param {import('./solve-cold.js').ColdStart} cold @returns {import('./table.js').Table} */
function coldTable({ bestMs, medianMs, cpuMs }) {
  return {
    title: 'Cold start, difficulty 4',
    columns: ['', 'best ms', 'median ms', 'CPU ms, median'],
    rows: [['first solve of a process', bestMs, medianMs, cpuMs]],
  }
}

/** @param {import('./solve-browser.js').InBrowser} browser @returns {import('./table.js').Table} */
function browserTable({ version, solver, subtle, ratio }) {
  return {
    title: `Chromium ${version}`,
    columns: ['', 'median MH/s', 'solve is faster'],
    rows: [
      ['solve, in the page', solver, 1],
      ['crypto.subtle in a loop', subtle, ratio],
    ],
  }
}

/**
 * @param {string} what
 * @param {number} value
 * @param {number} limit
 * @returns {import('./table.js').Bar}
 */
function bar(what, value, limit) {
  return { what, value, relation: 'at least', limit, unit: 'x' }
}
