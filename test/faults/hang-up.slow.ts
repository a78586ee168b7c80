import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRawHttp } from '@turnpike/testkit'
import { setTimeout as pause } from 'node:timers/promises'
import { call, type HeaderLines, work } from './caller.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const CLIENTS = 200
/** Between two looks eight hundred calls come and go; each that kept 2 kB would be seen, and 200 kB are normal. */
const MOST_GROWTH_BYTES = 1_000_000

interface Vitals {
  readonly started: number
  readonly heapBytes: number
  readonly sockets: number
  readonly timers: number
}

let server: ServerProcess
beforeAll(async () => {
  server = await startServer()
})
afterAll(async () => await server.end())

async function vitals(): Promise<Vitals> {
  const client = createRawHttp(server.url)
  const { text } = await client.send({ path: '/vitals' })
  client.close()
  const seen: Vitals = JSON.parse(text)
  return seen
}

/** Many clients at once, gone as soon as the server has said a word for each of them; their endings, counted by kind. */
async function hangUp(path: string, headers: HeaderLines, word: 'deciding' | 'working'): Promise<Endings> {
  const since = server.said().length
  const clients = Array.from({ length: CLIENTS }, () => createRawHttp(server.url))
  const exchanges = clients.map((client) => client.open({ path, headers }))
  await server.hears(word, CLIENTS, since)
  for (const exchange of exchanges) exchange.abort()
  const heads = await Promise.allSettled(exchanges.map(async ({ head }) => await head))
  for (const client of clients) client.close()
  expect(heads.filter(({ status }) => status === 'fulfilled')).toEqual([])
  await server.hears('"type":"ended"', CLIENTS, since)
  // A second report of the same ending would come now.
  await pause(500)
  return endingsSince(since)
}

type Endings = Readonly<Record<string, number>>

function endingsSince(since: number): Endings {
  const counts: Record<string, number> = {}
  for (const [, kind = ''] of server
    .said()
    .slice(since)
    .matchAll(/"ending":"(\w+)"/g)) {
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

describe(`${CLIENTS} clients that hang up at once`, () => {
  test('R31 while the gate decides start no handler, and each is reported once as such', async () => {
    const { started } = await vitals()
    const endings = await hangUp('/open', { 'X-Decide-Ms': '3000' }, 'deciding')
    expect(endings).toEqual({ notStarted: CLIENTS })
    expect((await vitals()).started).toBe(started)
  })

  test('while the handler works are each reported once as aborted', async () => {
    const endings = await hangUp('/open', { 'X-Work-Ms': '3000' }, 'working')
    expect(endings).toEqual({ aborted: CLIENTS })
  })

  test('leave no socket, no timer and no memory behind', async () => {
    const round = async (): Promise<void> => {
      await hangUp('/open', { 'X-Decide-Ms': '1000' }, 'deciding')
      await hangUp('/open', { 'X-Work-Ms': '1000' }, 'working')
      await pause(1000)
    }
    await round()
    await round()
    const before = await vitals()
    await round()
    await round()
    const after = await vitals()
    expect(after.sockets).toBe(before.sockets)
    // Node's own timers for connections come and go with the load.
    expect(after.timers).toBeLessThanOrEqual(before.timers)
    expect(after.heapBytes - before.heapBytes).toBeLessThan(MOST_GROWTH_BYTES)
  })

  test('leave a server that serves', async () => {
    expect(await call(server.url, '/open')).toMatchObject({ status: 200 })
    expect(server.isRunning()).toBe(true)
  })
})

describe('a client that works and hangs up while the gate decides', () => {
  test('R31 may show its solution again, once', async () => {
    const caller = { 'X-Forwarded-For': '203.0.113.77' }
    const solution = await work(server.url, '/paid', caller)
    const client = createRawHttp(server.url)
    const since = server.said().length
    const exchange = client.open({
      path: '/paid',
      headers: { ...caller, ...solution, 'X-Decide-Ms': '1000' },
    })
    await server.hears('deciding', 1, since)
    exchange.abort()
    await server.hears('"ending":"notStarted"', 1, since)
    client.close()
    const [again, third] = [
      await call(server.url, '/paid', { ...caller, ...solution }),
      await call(server.url, '/paid', { ...caller, ...solution }),
    ]
    expect([again, third]).toEqual([{ status: 200 }, { status: 402, code: 'credential_spent' }])
  })
})
