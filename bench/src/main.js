/**
 * `npm run bench [-- --only <suite>]`: runs the suites, prints their tables, writes bench/results/. Then the whole on one page
 * and as a chart, of all suites that were run on this day; `--publish` draws the chart of docs/benchmarks.md anew.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runAdapters } from './adapters.js'
import { drawChart } from './chart.js'
import { runCost } from './cost.js'
import { runExpress } from './express.js'
import { runL402 } from './l402.js'
import { describeMachine, formatMachine } from './machine.js'
import { runMcp } from './mcp.js'
import { runMemory } from './memory.js'
import { runOauth } from './oauth.js'
import { runPow } from './pow.js'
import { runSolve } from './solve.js'
import { runStores } from './stores.js'
import { formatSummary } from './summary.js'
import { formatReport } from './table.js'
import { runWhole } from './whole.js'

const SUITES = {
  pow: runPow,
  solve: runSolve,
  cost: runCost,
  memory: runMemory,
  express: runExpress,
  adapters: runAdapters,
  stores: runStores,
  mcp: runMcp,
  l402: runL402,
  oauth: runOauth,
  whole: runWhole,
}
const RESULTS = new URL('../results/', import.meta.url)
const PUBLISHED = new URL('../../docs/benchmarks.svg', import.meta.url)

/** @typedef {{ machine: import('./machine.js').Machine, day: string } & import('./table.js').Report} Result */

const { values } = parseArgs({ options: { only: { type: 'string' }, publish: { type: 'boolean' } } })
const chosen = Object.entries(SUITES).filter(([name]) => values.only === undefined || values.only === name)
if (chosen.length === 0) {
  console.error(`--only ${values.only}: take one of ${Object.keys(SUITES).join(', ')}`)
  process.exit(2)
}

const machine = describeMachine()
const day = new Date().toISOString().slice(0, 10)
mkdirSync(RESULTS, { recursive: true })
console.log(`${formatMachine(machine)}\n`)
for (const [index, [name, run]] of chosen.entries()) {
  console.error(`${index + 1} of ${chosen.length}: ${name} …`)
  const report = await run()
  const text = formatReport(report)
  console.log(text)
  write(`${name}.json`, `${JSON.stringify({ machine, day, ...report }, undefined, 2)}\n`)
  write(`${name}.md`, `${formatMachine(machine)}\n\n${text}`)
}

const results = resultsOf(day)
const chart = drawChart(
  results.flatMap(({ beside }) => beside),
  `${day}; ${machine.cpu}; Node ${machine.node}`,
)
const summary = formatSummary(results)
console.log(summary)
write(`${day}.json`, `${JSON.stringify({ machine, day, results }, undefined, 2)}\n`)
write('summary.md', `${formatMachine(machine)}\n\n${summary}`)
write('chart.svg', chart)
if (values.publish === true) writeFileSync(PUBLISHED, chart)

/** @param {string} file @param {string} text */
function write(file, text) {
  writeFileSync(new URL(file, RESULTS), text)
}

/** @param {string} date @returns {readonly Result[]} of the suites that were run on that day, in their order */
function resultsOf(date) {
  const there = readdirSync(RESULTS)
  return Object.keys(SUITES)
    .filter((name) => there.includes(`${name}.json`))
    .map((name) => /** @type {Result} */ (JSON.parse(readFileSync(new URL(`${name}.json`, RESULTS), 'utf8'))))
    .filter((result) => result.day === date)
}
