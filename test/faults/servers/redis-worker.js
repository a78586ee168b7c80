/**
 * A process with stores of its own on one Redis. Its parent calls them over IPC: `{ id, calls: [{ store, method, args }] }`.
 * CLOCK_AHEAD_MS sets its own clock wrong.
 */
import { redisStore } from '@turnpike/redis'
import { Redis } from 'ioredis'

const { REDIS_URL = '', PREFIX = '', STORES = '1', CLOCK_AHEAD_MS = '0', TIMEOUT_MS = '100' } = process.env
const ahead = Number(CLOCK_AHEAD_MS)
if (ahead !== 0) {
  const trueNow = Date.now
  Date.now = () => trueNow() + ahead
}

/** @typedef {{ store?: number, method: keyof import('@turnpike/core').Store, args: never[] }} Call */

const stores = await Promise.all(Array.from({ length: Number(STORES) }, openStore))
process.on('message', (message) => void answer(/** @type {{ id: unknown, calls: Call[] }} */ (message)))
process.on('disconnect', () => process.exit())
process.send?.({ id: 'ready', results: [] })

async function openStore() {
  const store = redisStore(new Redis(REDIS_URL), {
    prefix: PREFIX,
    timeoutMs: Number(TIMEOUT_MS),
    log: () => {},
  })
  await store.ready()
  return store
}

/** @param {{ id: unknown, calls: Call[] }} message */
async function answer({ id, calls }) {
  process.send?.({ id, results: await Promise.all(calls.map(run)) })
}

/** @param {Call} call */
async function run({ store = 0, method, args }) {
  try {
    /** @type {((...args: never[]) => unknown) | undefined} */
    const work = stores[store]?.[method]
    return { value: await work?.(...args) }
  } catch (error) {
    return { error: String(error) }
  }
}
