/** The whole process: how fast it starts, what a million callers take, and how it goes as callers and processes grow. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startRedis } from '../../scripts/redis.js'
import { startChild } from './child.js'
import { median } from './cpu.js'

const MODULE = 'whole-contenders.js'
const STARTER = fileURLToPath(new URL('whole-start-main.js', import.meta.url))
const STARTS = 15
const MILLION = 1_000_000
const CROWDS = [1, 1000, 100_000, MILLION]
const OPS = 100_000
const PROCESSES = [1, 2, 3, 4]
const SHARED = /** @type {const} */ (['lmdb', 'redis', 'flexible-redis'])

/** Row and contender. */
const LINES = /** @type {const} */ ([
  ['Turnpike, memory', 'memory'],
  ['Turnpike, lmdb', 'lmdb'],
  ['Turnpike, Redis', 'redis'],
  ['rate-limiter-flexible, memory', 'flexible-memory'],
  ['rate-limiter-flexible, Redis', 'flexible-redis'],
])

/** @returns {Promise<import('./table.js').Report>} */
export async function runWhole() {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-bench-'))
  try {
    const starts = startTable()
    const crowds = await inPlaces(
      folder,
      LINES.map(([, name]) => name),
      measureCrowds,
    )
    const processes = await inPlaces(folder, SHARED, measureProcesses)
    return {
      suite: 'The whole process',
      tables: [starts, millionTable(crowds), crowdTable(crowds), processTable(processes)],
      bars: [],
      beside: besideOf(starts, crowds),
      notes: [
        `Starts: ${STARTS} fresh processes each, from the start of Node until the server listens.`,
        'Decisions per second by the clock, 256 in flight, one window, all admitted: this suite needs an idle machine.',
        'Bytes: heap for memory, the file for lmdb, used_memory for Redis. All are given back as windows end.',
        `Processes share one file or one Redis, with ${MILLION.toLocaleString('en-US')} callers. There are no more processors than the head line says, and Redis needs one of them.`,
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {import('./table.js').Table} */
function startTable() {
  const kinds = /** @type {const} */ (['bare', 'turnpike', 'express-rate-limit'])
  const runs = new Map(kinds.map((kind) => [kind, /** @type {Start[]} */ ([])]))
  for (let round = 0; round < STARTS; round += 1)
    for (const kind of kinds) runs.get(kind)?.push(startOnce(kind))
  const of = (/** @type {(typeof kinds)[number]} */ kind, /** @type {keyof Start} */ figure) =>
    (runs.get(kind) ?? []).map((run) => run[figure])
  return {
    title: 'Start of an Express server',
    columns: ['', 'best ms', 'median ms', 'CPU ms', 'resident MB'],
    rows: kinds.map((kind) => [
      kind === 'bare' ? 'bare Express' : `Express and ${kind}`,
      Math.min(...of(kind, 'wallMs')),
      median(of(kind, 'wallMs')),
      median(of(kind, 'cpuMs')),
      median(of(kind, 'megabytes')),
    ]),
  }
}

/** @typedef {{ wallMs: number, cpuMs: number, megabytes: number }} Start */

/** @param {string} kind @returns {Start} */
function startOnce(kind) {
  const { stdout, stderr } = spawnSync(process.execPath, [STARTER, kind], { encoding: 'utf8' })
  if (stdout === '') throw new Error(`no start of ${kind}: ${stderr}`)
  return JSON.parse(stdout)
}

/**
 * Each contender finds an empty file and an empty Redis.
 *
 * @template T
 * @param {string} folder
 * @param {readonly string[]} names
 * @param {(name: string) => Promise<T>} work
 * @returns {Promise<Map<string, T>>}
 */
async function inPlaces(folder, names, work) {
  /** @type {Map<string, T>} */
  const results = new Map()
  for (const name of names) {
    const server = await startRedis()
    process.env['BENCH_REDIS_URL'] = server.url
    process.env['BENCH_LMDB'] = join(folder, `${name}-${work.name}.mdb`)
    try {
      results.set(name, await work(name))
    } finally {
      await server.stop()
    }
  }
  return results
}

/** @typedef {{ fill: { perSecond: number, bytesPerCaller: number }, rates: number[] }} Crowds */

/** @param {string} name @returns {Promise<Crowds>} */
async function measureCrowds(name) {
  const child = startChild(MODULE, name)
  try {
    await child.call('run', { callers: 1000, ops: OPS })
    const rates = []
    for (const callers of CROWDS.slice(0, -1))
      rates.push((await child.call('run', { callers, ops: OPS })).perSecond)
    const fill = await child.call('fill', { callers: MILLION })
    rates.push((await child.call('run', { callers: MILLION, ops: OPS })).perSecond)
    return { fill, rates }
  } finally {
    await child.end()
  }
}

/** @param {string} name @returns {Promise<readonly number[]>} decisions per second of all processes together */
async function measureProcesses(name) {
  const children = PROCESSES.map(() => startChild(MODULE, name))
  try {
    for (const child of children) await child.call('run', { callers: MILLION, ops: OPS / 2 })
    const rates = []
    for (const count of PROCESSES) {
      const runs = children.slice(0, count).map((child) => child.call('run', { callers: MILLION, ops: OPS }))
      const each = await Promise.all(runs)
      rates.push(each.reduce((sum, { perSecond }) => sum + perSecond, 0))
    }
    return rates
  } finally {
    await Promise.all(children.map((child) => child.end()))
  }
}

/** @param {Map<string, Crowds>} crowds @returns {import('./table.js').Table} */
function millionTable(crowds) {
  return {
    title: 'A million callers',
    columns: ['', 'bytes a caller', 'megabytes', 'thousand new/s'],
    rows: LINES.map(([row, name]) => {
      const { bytesPerCaller = Number.NaN, perSecond = Number.NaN } = crowds.get(name)?.fill ?? {}
      return [row, bytesPerCaller, (bytesPerCaller * MILLION) / 1e6, perSecond / 1000]
    }),
  }
}

/** @param {Map<string, Crowds>} crowds @returns {import('./table.js').Table} */
function crowdTable(crowds) {
  return {
    title: 'Thousand decisions per second as callers grow, one process',
    columns: ['', ...CROWDS.map((callers) => callers.toLocaleString('en-US'))],
    rows: LINES.map(([row, name]) => inThousands(row, crowds.get(name)?.rates)),
  }
}

/** @param {import('./table.js').Table} starts @param {Map<string, Crowds>} crowds @returns {import('./summary.js').Comparison[]} */
function besideOf(starts, crowds) {
  const cpuOf = (/** @type {number} */ row) => Number(starts.rows[row]?.[3])
  const bytesOf = (/** @type {string} */ name) => crowds.get(name)?.fill.bytesPerCaller ?? Number.NaN
  return [
    { what: 'CPU time of a start', peer: 'express-rate-limit', times: cpuOf(2) / cpuOf(1) },
    {
      what: 'memory of a million callers',
      peer: 'rate-limiter-flexible',
      times: bytesOf('flexible-memory') / bytesOf('memory'),
    },
    {
      what: 'memory of a million callers, Redis',
      peer: 'rate-limiter-flexible',
      times: bytesOf('flexible-redis') / bytesOf('redis'),
    },
  ]
}

/** @param {Map<string, readonly number[]>} processes @returns {import('./table.js').Table} */
function processTable(processes) {
  const lines = LINES.filter(([, name]) => processes.has(name))
  return {
    title: 'Thousand decisions per second as processes grow, one store',
    columns: ['', ...PROCESSES.map((count) => `${count}`)],
    rows: lines.map(([row, name]) => inThousands(row, processes.get(name))),
  }
}

/** @param {string} row @param {readonly number[]} [rates] */
function inThousands(row, rates = []) {
  return [row, ...rates.map((rate) => rate / 1000)]
}
