/** What 10,000 calls cost who means it and who does not, under the brakes of a policy: played through, not measured. */
import { pow, powCost, SOLVER_SPEEDS } from '@turnpike/core'

const CALLS = 10_000
/** An assumption: what an hour of one server core is rented for. */
const DOLLARS_PER_CORE_HOUR = 0.03
const CORES = 8
const EIGHT_CORES = CORES * SOLVER_SPEEDS.nativeCore
/** 30 calls a minute. */
const HONEST = { calls: 300, everyMs: 2000 }

/** @type {readonly (readonly [string, import('@turnpike/core').Leaf])[]} */
const POLICIES = [
  ['pow(4), no brakes', pow(4, { adaptive: false, quota: false })],
  ['pow(4), adaptive alone', pow(4, { quota: false })],
  ['pow(4), as it comes', pow(4)],
  ['pow(4), adaptive to 6.5, quota 120/1m', pow(4, { adaptive: { max: 6.5 }, quota: '120/1m' })],
  ['pow(5), as it comes', pow(5)],
]

/** @returns {Promise<import('./table.js').Report>} */
export async function runCost() {
  return await Promise.resolve({
    suite: 'The cost of calls',
    tables: [abuseTable(1), abuseTable(100), gpuTable(), honestTable()],
    bars: [],
    beside: [],
    notes: [
      `An abuser wants ${CALLS.toLocaleString('en-US')} calls as fast as the gate lets it; 8 cores of AVX-512 do 1.26 GH/s ` +
        `together, a core costs $${DOLLARS_PER_CORE_HOUR} an hour (an assumption), a GPU does 6.15 GH/s (quoted).`,
      'Honest: 30 calls a minute from one caller, on a core with our WASM (19 MH/s) and on a phone (5 MH/s, a guess); ' +
        '95 of 100 solutions take less than three times the mean.',
      'Played through by `powCost` of @turnpike/core with expected work and no network, as `turnpike cost` does.',
    ],
  })
}

/** @param {number} callers @returns {import('./table.js').Table} */
function abuseTable(callers) {
  return {
    title: `10,000 calls by 8 native cores, ${callers === 1 ? 'one caller' : `${callers} callers`}`,
    columns: ['', 'finished in s', 'core-seconds', 'US cents', 'hardest, bits'],
    rows: POLICIES.map(([name, requirement]) => {
      const cost = powCost(requirement, { calls: CALLS, hashesPerSecond: EIGHT_CORES, callers })
      const coreSeconds = cost.workSeconds * CORES
      const cents = ((coreSeconds * DOLLARS_PER_CORE_HOUR) / 3600) * 100
      return [name, cost.elapsedSeconds, coreSeconds, cents.toFixed(4), Math.log2(cost.hardestWork)]
    }),
  }
}

/** @returns {import('./table.js').Table} */
function gpuTable() {
  return {
    title: '10,000 calls by one GPU, seconds to finish',
    columns: ['', 'one caller', '100 callers'],
    rows: POLICIES.map(([name, requirement]) => {
      const scenario = { calls: CALLS, hashesPerSecond: SOLVER_SPEEDS.gpu }
      const [alone, crowd] = [1, 100].map((callers) => powCost(requirement, { ...scenario, callers }))
      return [name, alone?.elapsedSeconds ?? Number.NaN, crowd?.elapsedSeconds ?? Number.NaN]
    }),
  }
}

/** @returns {import('./table.js').Table} */
function honestTable() {
  const { wasmCore, phone, naiveLoop } = SOLVER_SPEEDS
  return {
    title: 'An honest caller, milliseconds of work per call',
    columns: ['', 'our WASM', 'phone', 'naive loop'],
    rows: POLICIES.map(([name, requirement]) => {
      const msPerCall = (/** @type {number} */ hashesPerSecond) =>
        (powCost(requirement, { ...HONEST, hashesPerSecond }).workSeconds * 1000) / HONEST.calls
      return [name, msPerCall(wasmCore), msPerCall(phone), msPerCall(naiveLoop)]
    }),
  }
}
