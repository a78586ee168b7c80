import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createGate, pow } from '@turnpike/core'
import { redisStore, type RedisStore, type RedisStoreOptions } from '@turnpike/redis'
import { createExactLog } from '@turnpike/testkit'
import { Redis } from 'ioredis'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { ask, type RedisServer, startRedis, untilTrue } from '../../scripts/redis.js'
import { type RedisLine, startRedisLine } from './redis-line.ts'
import { claimingOf, claimOf, takingOf, timed, windowOf } from './redis-takes.ts'

/** R16: no answer takes longer, whatever Redis does. */
const BOUND_MS = 250

let server: RedisServer
let toClose: (() => unknown)[] = []
let lines: string[] = []
beforeEach(async () => {
  lines = []
  server = await startRedis(['--databases', '1'])
  toClose = []
})
afterEach(async () => {
  for (const close of toClose) await close()
  await server.stop()
})

function open(options: RedisStoreOptions = {}, url = server.url): RedisStore {
  const redis = new Redis(url, { retryStrategy: () => 50 })
  redis.on('error', () => undefined)
  const store = redisStore(redis, { log: (line) => lines.push(line), ...options })
  toClose.push(
    () => store.close(),
    () => redis.disconnect(),
  )
  return store
}

async function opened(options: RedisStoreOptions = {}, url = server.url): Promise<RedisStore> {
  const store = open(options, url)
  await store.ready()
  return store
}

const signal = (name: NodeJS.Signals) => process.kill(server.pid ?? 0, name)
const take = () => takingOf(windowOf({ limit: 1_000_000 }))
const answers = (store: RedisStore) => async () => (await store.admit(take())).outcome === 'admitted'

describe('a Redis that is absent', () => {
  test('R16 costs next to nothing per call, is named once, and is found without a restart', async () => {
    const { port } = server
    await server.stop()
    const store = open()
    const first = await timed(() => store.admit(take()))
    expect(first.outcome).toBe('down')
    expect(first.ms).toBeLessThan(BOUND_MS)
    const before = process.cpuUsage()
    for (let call = 0; call < 5000; call += 1) await timed(() => store.admit(take()))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 5000).toBeLessThan(50)
    server = await startRedis(['--databases', '1'], port)
    await untilTrue(answers(store))
    expect(lines).toEqual([expect.stringMatching(/Redis answers again, after \d+\.\d s/)])
  })

  test('R16 a gate on it holds limits by itself, refuses work, and recovers', async () => {
    const { port } = server
    await server.stop()
    const logged: string[] = []
    const gate = createGate({ secret: 'x'.repeat(40), store: open(), log: (line) => logged.push(line) })
    const policy = gate.policy({ free: '3/1m', require: pow(1) })
    const view = { method: 'GET', path: '/', ip: '192.0.2.1', header: () => undefined, body: () => undefined }
    const outcomes = []
    for (let call = 0; call < 20; call += 1) {
      const decision = await gate.decide({ ...view }, policy)
      outcomes.push(decision.outcome === 'refuse' ? decision.status : decision.outcome)
    }
    expect(outcomes).toEqual([...Array<string>(3).fill('pass'), ...Array<number>(17).fill(503)])
    expect(logged).toEqual([expect.stringContaining('store_failed')])
    server = await startRedis(['--databases', '1'], port)
    await untilTrue(async () => (await gate.decide({ ...view, ip: '192.0.2.2' }, policy)).outcome === 'pass')
    await untilTrue(async () => {
      const decision = await gate.decide({ ...view, ip: '192.0.2.1' }, policy)
      return decision.outcome === 'pass'
    })
  })
})

describe('a Redis that takes the line and says nothing', () => {
  test('R16 is called anew until it speaks', async () => {
    let calls = 0
    const mute = createServer((socket) => {
      calls += 1
      // As a router does whose server has gone meanwhile, and is back for the third: the client's and the store's were before.
      if (calls > 2) socket.pipe(connect(server.port, '127.0.0.1')).pipe(socket)
      socket.on('error', () => undefined)
    }).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const address = mute.address()
    const store = open({}, `redis://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
    toClose.push(() => mute.close())
    await untilTrue(answers(store))
    expect(calls).toBe(3)
  })
})

describe('a Redis that is frozen', () => {
  test('R16 is answered for in time, also under load, and used again when it thaws', async () => {
    const store = await opened()
    await store.admit(take())
    signal('SIGSTOP')
    const during = await Promise.all(Array.from({ length: 500 }, () => timed(() => store.admit(take()))))
    expect(Math.max(...during.map(({ ms }) => ms))).toBeLessThan(BOUND_MS)
    expect(new Set(during.map(({ outcome }) => outcome))).toEqual(new Set(['down']))
    const later = await timed(() => store.admit(take()))
    expect(later.ms).toBeLessThan(5)
    signal('SIGCONT')
    await untilTrue(answers(store))
  })

  test('R13 R11 what it does late charges nothing, and what it did before it froze is given back', async () => {
    const store = await opened({ timeoutMs: 100 })
    const window = windowOf({ holder: 'late', limit: 10, windowMs: 60_000 })
    await store.admit(takingOf(window))
    signal('SIGSTOP')
    const both = { ...claimingOf(claimOf({ credential: 'late', leaseMs: 30_000 })) }
    expect((await timed(() => store.admit(takingOf(window)))).outcome).toBe('down')
    expect((await timed(() => store.admit(both))).outcome).toBe('down')
    await pause(200)
    signal('SIGCONT')
    await untilTrue(answers(store))
    expect(await store.inspect('late', 5)).toMatchObject([{ used: 1 }])
    await untilTrue(async () => {
      const again = claimingOf(claimOf({ credential: 'late', leaseMs: 30_000 }))
      return (await store.admit(again)).outcome === 'admitted'
    })
  })
})

async function startLine(): Promise<RedisLine> {
  const line = await startRedisLine(server.port)
  toClose.push(line.close)
  return line
}

describe('a line that', () => {
  test('R11 keeps the answer back: the use is free again when the line is well, and was not counted', async () => {
    const line = await startLine()
    const store = await opened({}, line.url)
    // The server knows the script by now: what is held back is the claim's own answer.
    await store.admit(claimingOf(claimOf({ credential: 'before' })))
    line.hold()
    const claim = claimOf({ credential: 'unheard', leaseMs: 30_000 })
    expect((await timed(() => store.admit(claimingOf(claim)))).outcome).toBe('down')
    line.letGo()
    const other = await opened()
    const claims: string[] = []
    await untilTrue(async () => {
      const outcome = await other.admit(claimingOf(claimOf({ credential: 'unheard' })))
      claims.push(outcome.outcome === 'refused' ? (outcome.ways[0]?.claims[0] ?? '') : outcome.outcome)
      return outcome.outcome === 'admitted'
    })
    expect(new Set(claims)).toEqual(new Set(['inFlight', 'admitted']))
    expect(await store.keep(claim)).toBe('gone')
  })

  test('R12 keeps the answer back: work is free again, too', async () => {
    const line = await startLine()
    const store = await opened({}, line.url)
    await store.admit(claimingOf(claimOf({ credential: 'before' })))
    line.hold()
    const work = () => claimingOf(claimOf({ credential: 'work', lapse: 'keep', leaseMs: 30_000 }))
    expect((await timed(() => store.admit(work()))).outcome).toBe('down')
    line.letGo()
    await untilTrue(async () => (await store.admit(work())).outcome === 'admitted')
    expect(await store.admit(work())).toMatchObject({ ways: [{ claims: ['spent'] }] })
  })

  test('R7 is cut again and again under load: nothing is taken twice, every call is answered in time', async () => {
    const line = await startLine()
    const store = await opened({}, line.url)
    const log = createExactLog()
    let slowest = 0
    let admitted = 0
    const untilMs = Date.now() + 5000
    const load = Array.from({ length: 16 }, async () => {
      while (Date.now() < untilMs) {
        const began = performance.now()
        try {
          const outcome = await store.admit(takingOf(windowOf({ holder: 'cut', limit: 30, windowMs: 500 })))
          if (outcome.outcome === 'admitted') {
            log.add(outcome.atMs, 1)
            admitted += 1
          }
        } catch {
          await pause(5)
        }
        slowest = Math.max(slowest, performance.now() - began)
        await pause(1)
      }
    })
    const cuts = (async () => {
      while (Date.now() < untilMs) {
        await pause(300)
        line.cut()
      }
    })()
    await Promise.all([...load, cuts])
    expect(log.mostWithin(500)).toBeLessThanOrEqual(30)
    expect(admitted).toBeGreaterThan(60)
    expect(slowest).toBeLessThan(BOUND_MS + 50)
  })
})

describe('a Redis that has lost everything', () => {
  test('R15 refuses work issued before as lost, and takes what is issued since', async () => {
    const store = await opened()
    const refusal = await store.admit(takingOf(windowOf({ cost: 99 })))
    const issuedAtMs = refusal.outcome === 'refused' ? refusal.atMs : 0
    const work = (credential: string, atMs: number) =>
      claimingOf(claimOf({ credential, lapse: 'keep', issuedAtMs: atMs }))
    expect((await store.admit(work('spent', issuedAtMs))).outcome).toBe('admitted')
    const { port } = server
    await server.stop()
    server = await startRedis(['--databases', '1'], port)
    await untilTrue(answers(store))
    expect(await store.admit(work('spent', issuedAtMs))).toMatchObject({ ways: [{ claims: ['lost'] }] })
    const now = await store.admit(takingOf(windowOf({ cost: 99 })))
    const freshMs = now.outcome === 'refused' ? now.atMs : 0
    expect((await store.admit(work('fresh', freshMs))).outcome).toBe('admitted')
  })
})

describe('a Redis whose memory is full', () => {
  test('R18 is full for newcomers, forgets nothing that was spent, and goes on when there is room', async () => {
    const store = await opened()
    const work = () => claimingOf(claimOf({ credential: 'spent', lapse: 'keep' }))
    await store.admit(work())
    await ask(server.port, 'CONFIG SET maxmemory 1mb')
    const full = await store.admit(takingOf(windowOf({ holder: 'newcomer' })))
    expect(full).toEqual({ outcome: 'full' })
    expect(await store.admit(work())).toMatchObject({ ways: [{ claims: ['spent'] }] })
    await ask(server.port, 'CONFIG SET maxmemory 0')
    expect((await store.admit(takingOf(windowOf({ holder: 'newcomer' })))).outcome).toBe('admitted')
  })

  test.each(['volatile-ttl', 'allkeys-lru'])(
    'R15 %s is a boot error where work or sats are at stake, and named once; limits go on',
    async (policy) => {
      await ask(server.port, `CONFIG SET maxmemory-policy ${policy}`)
      const store = open()
      await expect(store.ready()).rejects.toMatchObject({ code: 'store_may_evict' })
      await expect(store.admit(claimingOf(claimOf()))).rejects.toMatchObject({ code: 'store_may_evict' })
      await expect(store.admit(claimingOf(claimOf()))).rejects.toMatchObject({ code: 'store_may_evict' })
      expect((await store.admit(take())).outcome).toBe('admitted')
      expect(lines).toEqual([expect.stringContaining('store_may_evict')])
    },
  )

  test('R15 with allowEviction the operator takes the risk', async () => {
    await ask(server.port, 'CONFIG SET maxmemory-policy allkeys-lru')
    const store = await opened({ allowEviction: true })
    expect((await store.admit(claimingOf(claimOf()))).outcome).toBe('admitted')
  })

  test('R15 a server that does not tell is warned of, once', async () => {
    await ask(server.port, 'ACL SETUSER default -config -info')
    const store = await opened()
    expect((await store.admit(claimingOf(claimOf()))).outcome).toBe('admitted')
    expect(lines).toEqual([expect.stringContaining('store_eviction_unknown')])
  })
})
