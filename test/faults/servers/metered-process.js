/**
 * A process with a metered policy on a store that it shares with others. Its parent tells it over IPC what to do:
 * `{ do: 'begin' }` a call, `{ do: 'end', used }` all calls that it has begun; it answers with what came of it.
 */
import { createGate } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { redisStore } from '@turnpike/redis'
import { Redis } from 'ioredis'

const { STORE = '', POLICY = '{}', SECRET = '' } = process.env
const store = STORE.startsWith('redis:')
  ? redisStore(new Redis(STORE), { timeoutMs: 2000, log: () => {} })
  : lmdbStore(STORE)
const gate = createGate({ name: 'faults', secret: SECRET, store, log: () => {} })
/** @type {import('@turnpike/core').PolicyOptions} */
const options = JSON.parse(POLICY)
const policy = gate.policy(options)
/** @type {import('@turnpike/core').Pass[]} */
const running = []

process.on('message', (order) => void obey(/** @type {{ do: string, used?: number }} */ (order)))
process.on('disconnect', () => process.exit())
process.send?.('ready')

/** @param {{ do: string, used?: number }} order */
async function obey({ do: what, used = 0 }) {
  process.send?.(what === 'begin' ? await begin() : await end(used))
}

async function begin() {
  const view = { method: 'GET', path: '/', ip: '192.0.2.1', header: () => undefined, body: () => undefined }
  const decision = await gate.decide(view, policy)
  if (decision.outcome === 'pass') running.push(decision)
  return decision.outcome === 'refuse' ? decision.code : decision.outcome
}

/** @param {number} used */
async function end(used) {
  for (const { admission, finish } of running.splice(0)) {
    admission.meter('tokens', used)
    await finish({ kind: 'completed', status: 200 })
  }
  return 'ended'
}
