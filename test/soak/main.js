/**
 * `npm run soak -- --minutes 10`: mixed traffic over Express and MCP, on Redis and real Lightning, while connections are cut,
 * Redis freezes, the Lightning node fails and a server is killed. In the end the books have to balance to the last use.
 */
import { createRegtestNetwork, startLndFront } from '@turnpike/regtest'
import { startFaultProxy } from '@turnpike/testkit/fault-proxy'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startRedis } from '../../scripts/redis.js'
import { balance, openPayments, readJournals, uncovered, usesByPayment } from './accounts.js'
import { startServer } from './fleet.js'
import { openPurse } from './purse.js'
import { openRedisLink } from './redis-link.js'
import { redeemAll } from './redeem.js'
import { runTraffic } from './traffic.js'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
if (!(minutes >= 1 && minutes <= 600)) {
  console.error(`--minutes ${values.minutes}: take 1 to 600`)
  process.exit(2)
}
/** Leases of killed servers have to lapse before what they held can be called for. */
const LAPSE_MS = 35_000
const WARM_UP_MS = 10_000
const FAULT_EVERY_MS = 6000
/** A heap that has grown by more after the warm-up leaks, or hoards. */
const MOST_GROWTH_BYTES = 25 * 2 ** 20

const startedAt = performance.now()
const say = (/** @type {string} */ text) =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}`)
const folder = mkdtempSync(join(tmpdir(), 'turnpike-soak-'))
const redis = await startRedis()
const link = await openRedisLink(redis.port)
const network = await createRegtestNetwork({ inWorker: true })
const node = await startLndFront(network)
const lightning = await startFaultProxy(node.url)
const purse = openPurse(network.wallet)
const env = {
  SECRET: randomBytes(32).toString('base64url'),
  REDIS_URL: link.url,
  LND_URL: lightning.url,
  LND_MACAROON: node.adminMacaroon,
}
const steady = await startServer({ ...env, JOURNAL: join(folder, 'steady.jsonl') })
const mortal = await startServer({ ...env, JOURNAL: join(folder, 'mortal.jsonl') })

/** @type {Map<string, Map<string | number, number>>} */
const outcomes = new Map()
/** @type {Set<string>} */
const torn = new Set()
const over = new AbortController()
const traffic = runTraffic({
  urls: [steady.url, mortal.url],
  purse,
  over: over.signal,
  count(kind, outcome) {
    const of = outcomes.get(kind) ?? startCount(kind)
    of.set(outcome, (of.get(outcome) ?? 0) + 1)
  },
})

/** @type {readonly (readonly [string, () => Promise<unknown>])[]} */
const FAULTS = [
  ['the connections to Redis are cut', async () => await Promise.resolve(link.cut())],
  ['Redis freezes for 2 s', frozen],
  ['the Lightning node answers 500 for 2 s', async () => await ailing('status500')],
  ['a server is killed, and comes back', killed],
  ['the Lightning node does not answer for 2 s', async () => await ailing('hang')],
  ['answers of the Lightning node are lost for 2 s', async () => await ailing('swallow')],
]

say(`${minutes} min of traffic at ${steady.url} and ${mortal.url}; journals in ${folder}`)
await pause(WARM_UP_MS)
const before = await steady.weigh()
const until = minutes * 60_000 - LAPSE_MS
for (let turn = 0; performance.now() - startedAt + FAULT_EVERY_MS < until; turn += 1) {
  const [name, inject] = FAULTS[turn % FAULTS.length] ?? ['', async () => {}]
  say(name)
  await inject()
  await pause(FAULT_EVERY_MS)
}
over.abort()
await traffic
say('all is quiet; leases lapse')
for (const server of [steady, mortal]) server.tell('calm')
await pause(LAPSE_MS)

const left = await redeemAll(steady.url, purse.purchases.values())
say(`called for what was left: ${left.admitted} uses`)
await pause(1000)
const after = await steady.weigh()
await Promise.all([steady.stop(), mortal.stop()])
await closeAll()

const entries = readJournals(readdirSync(folder).map((file) => join(folder, file)))
const books = balance(purse.purchases.values(), usesByPayment(entries), torn)
const complaints = [...uncovered(entries), ...books.complaints, ...left.complaints, ...leaks(), ...idle()]
for (const [kind, of] of outcomes) {
  say(`${kind}: ${[...of].map(([outcome, times]) => `${times} x ${outcome}`).join(', ')}`)
}
say(
  `invoices paid ${purse.purchases.size}; uses sold ${books.sold} = kept ${books.kept} (${left.admitted} of them at the end) + ` +
    `exhausted ${books.exhausted} + under way in a killed server ${books.sold - books.kept - books.exhausted}; given back ${books.givenBack}`,
)
say(`heap ${megabytes(before.heapBytes)} MB after the warm-up, ${megabytes(after.heapBytes)} MB at the end`)
for (const complaint of complaints) console.error(`WRONG  ${complaint}`)
if (complaints.length === 0) rmSync(folder, { recursive: true, force: true })
say(complaints.length === 0 ? 'The books balance.' : `The books do not balance: see ${folder}`)
process.exit(complaints.length === 0 ? 0 : 1)

/** @param {string} kind @returns {Map<string | number, number>} */
function startCount(kind) {
  /** @type {Map<string | number, number>} */
  const of = new Map()
  outcomes.set(kind, of)
  return of
}

async function frozen() {
  link.freeze(true)
  await pause(2000)
  link.freeze(false)
}

/** @param {import('@turnpike/testkit/fault-proxy').Fault} fault */
async function ailing(fault) {
  lightning.fail(fault)
  await pause(2000)
  lightning.heal()
}

async function killed() {
  const pid = mortal.pid()
  await mortal.kill()
  const own = readJournals([join(folder, 'mortal.jsonl')]).filter((entry) => entry.pid === pid)
  for (const payment of openPayments(own)) torn.add(payment)
}

async function closeAll() {
  await lightning.close()
  await node.close()
  await network.close()
  link.close()
  await redis.stop()
}

function leaks() {
  const growth = after.heapBytes - before.heapBytes
  const heap = growth > MOST_GROWTH_BYTES ? [`the heap grew by ${megabytes(growth)} MB`] : []
  const handles = Object.entries(after.resources)
    .filter(([kind, count]) => count > (before.resources[kind] ?? 0) + 2)
    .map(([kind, count]) => `${count} of ${kind} are open, ${before.resources[kind] ?? 0} were`)
  return [...heap, ...handles]
}

/** Traffic that never got anywhere proves nothing. */
function idle() {
  const wanted = ['free', 'work', 'pay', 'bundle', 'either', 'mcp']
  return wanted.filter((kind) => !outcomes.get(kind)?.get(200)).map((kind) => `nobody was let in: ${kind}`)
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 2 ** 20).toFixed(1)
}
