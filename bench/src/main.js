/** `npm run bench [-- --only pow|solve|cost|memory|express|adapters|stores|mcp|l402]`: runs the suites, prints their tables, writes bench/results/. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runAdapters } from './adapters.js'
import { runCost } from './cost.js'
import { runExpress } from './express.js'
import { runL402 } from './l402.js'
import { describeMachine, formatMachine } from './machine.js'
import { runMcp } from './mcp.js'
import { runMemory } from './memory.js'
import { runPow } from './pow.js'
import { runSolve } from './solve.js'
import { runStores } from './stores.js'
import { formatReport } from './table.js'

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
}
const RESULTS = new URL('../results/', import.meta.url)

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const chosen = Object.entries(SUITES).filter(([name]) => values.only === undefined || values.only === name)
if (chosen.length === 0) {
  console.error(`--only ${values.only}: take one of ${Object.keys(SUITES).join(', ')}`)
  process.exit(2)
}

const machine = describeMachine()
mkdirSync(RESULTS, { recursive: true })
console.log(`${formatMachine(machine)}\n`)
for (const [name, run] of chosen) {
  const report = await run()
  const text = formatReport(report)
  console.log(text)
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify({ machine, ...report }, undefined, 2)}\n`)
  writeFileSync(new URL(`${name}.md`, RESULTS), `${formatMachine(machine)}\n\n${text}`)
}
