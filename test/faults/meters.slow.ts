import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createGate, type PolicyOptions, type RequestView } from '@turnpike/core'
import { redisStore } from '@turnpike/redis'
import { Redis } from 'ioredis'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type RedisServer, startRedis } from '../../scripts/redis.js'

const SECRET = 'a secret of the tests, long enough to be one'
const POLICY: PolicyOptions = {
  name: 'chat',
  inFlight: 4,
  meters: { tokens: { limit: '1000/1h', estimate: 10 } },
}
/** A slot's lease, and how long it may take until somebody has noticed its end. */
const LEASE_MS = 30_000
const NOTICED_MS = 3000

let server: RedisServer
let folder = ''
const children = new Set<ChildProcess>()
beforeAll(async () => {
  server = await startRedis(['--databases', '1'])
  folder = mkdtempSync(join(tmpdir(), 'turnpike-faults-'))
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** A process of its own with a gate on a store. */
async function startProcess(store: string) {
  const env = { ...process.env, STORE: store, POLICY: JSON.stringify(POLICY), SECRET }
  const child = fork(join(import.meta.dirname, 'servers/metered-process.js'), { env, execArgv: [] })
  children.add(child)
  await once(child, 'message')
  const tell = async (order: object): Promise<unknown> => {
    const answer = once(child, 'message')
    child.send(order)
    return (await answer)[0]
  }
  return {
    begin: async () => await tell({ do: 'begin' }),
    end: async (used: number) => await tell({ do: 'end', used }),
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      children.delete(child)
    },
  }
}

/** Two processes hold two slots each; one of them is killed. */
async function killOneOfTwo(store: string) {
  const [dying, living, asking] = await Promise.all([
    startProcess(store),
    startProcess(store),
    startProcess(store),
  ])
  for (const one of [dying, living, dying, living]) expect(await one.begin()).toBe('pass')
  expect(await asking.begin()).toBe('in_flight_limit')
  await dying.kill()
  const killedMs = Date.now()
  expect(await asking.begin()).toBe('in_flight_limit')
  while ((await asking.begin()) !== 'pass' && Date.now() < killedMs + 2 * LEASE_MS) await pause(250)
  const freedMs = Date.now() - killedMs
  // Until the last slot of the one that was killed is free, and longer than any lease that nobody renews.
  await pause(Math.max(0, killedMs + LEASE_MS + NOTICED_MS - Date.now()))
  const after = [await asking.begin(), await asking.begin()]
  await living.end(3)
  const atLast = [await asking.begin(), await asking.begin(), await asking.begin()]
  await Promise.all([living.kill(), asking.kill()])
  return { freedMs, after, atLast }
}

describe('a process that is killed while its calls run', () => {
  test('frees their slots with their leases, on every store; those of a process that lives stay taken', async () => {
    const stores = [server.url, join(folder, 'killed.mdb')]
    for (const { freedMs, after, atLast } of await Promise.all(stores.map(killOneOfTwo))) {
      expect(freedMs).toBeGreaterThan(LEASE_MS / 2)
      expect(freedMs).toBeLessThan(LEASE_MS + NOTICED_MS)
      expect(after).toEqual(['pass', 'in_flight_limit'])
      expect(atLast).toEqual(['pass', 'pass', 'in_flight_limit'])
    }
  })
})

describe('Redis that does not answer at the end of a call', () => {
  const view: RequestView = {
    method: 'GET',
    path: '/',
    ip: '192.0.2.7',
    header: () => undefined,
    body: () => undefined,
  }
  const DONE = { kind: 'completed', status: 200 } as const

  test('gets what was used later, once, and the slot is free', async () => {
    const redis = new Redis(server.url)
    const store = redisStore(redis, { prefix: 'frozen', log: () => undefined })
    const gate = createGate({ name: 'frozen', secret: SECRET, store, log: () => undefined })
    const policy = gate.policy({ ...POLICY, inFlight: 1 })
    await store.ready()
    const decision = await gate.decide(view, policy)
    if (decision.outcome !== 'pass') throw new Error(decision.outcome)
    await redis.client('PAUSE', 1500, 'ALL')
    decision.admission.meter('tokens', 33)
    await decision.finish(DONE)
    const { caller } = decision.admission
    expect(await gate.inspect(caller)).toMatchObject([{ used: 33 }])
    expect((await gate.decide(view, policy)).outcome).toBe('pass')
    await gate.close()
    redis.disconnect()
  })
})
