import { afterEach, describe, expect, test } from '@jest/globals'
import { redisStore, type RedisStore } from '@turnpike/redis'
import { Cluster, Redis } from 'ioredis'
import { setTimeout as pause } from 'node:timers/promises'
import { startCluster, startRedis, untilTrue } from '../../scripts/redis.js'
import { startRedisLine } from './redis-line.ts'
import { takingOf, timed, windowOf } from './redis-takes.ts'

/** R16: no answer takes longer. */
const BOUND_MS = 250
/** The store's own time-out, probes with growing pauses, and a connection anew. */
const BACK_WITHIN_MS = 5000

let toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.toReversed()) await close()
  toClose = []
})

function storeOn(client: Redis | Cluster): RedisStore {
  client.on('error', () => undefined)
  const store = redisStore(client, { log: () => undefined })
  toClose.push(
    () => client.disconnect(),
    () => store.close(),
  )
  return store
}

const take = (shard?: number) => takingOf(windowOf({ limit: 1_000_000 }), shard)
const outcomeOf = async (store: RedisStore, shard?: number) =>
  (await timed(() => store.admit(take(shard)))).outcome

/** @returns milliseconds until the store decides again; all calls until then were answered in time. */
async function msUntilBack(store: RedisStore, shard?: number): Promise<number> {
  const sinceMs = performance.now()
  const first = await timed(() => store.admit(take(shard)))
  expect(first.outcome).toBe('down')
  expect(first.ms).toBeLessThan(BOUND_MS)
  await untilTrue(async () => (await outcomeOf(store, shard)) === 'admitted')
  return performance.now() - sinceMs
}

describe('a connection whose other end is gone without a word', () => {
  test('R16 is left for a new one, which is not left again', async () => {
    const server = await startRedis(['--databases', '1'])
    const line = await startRedisLine(server.port)
    toClose.push(() => server.stop(), line.close)
    const store = storeOn(new Redis(line.url))
    await store.ready()
    expect(await outcomeOf(store)).toBe('admitted')
    const before = line.made()
    line.abandon()
    expect(await msUntilBack(store)).toBeLessThan(BACK_WITHIN_MS)
    // The user's own client is the user's: idle, it has not noticed.
    expect(line.made() - before).toBe(1)
  })

  test('R16 to one node of a cluster is left for a new one; the other nodes are not disturbed', async () => {
    const nodes = await startCluster()
    const [primary] = nodes.nodes
    const line = await startRedisLine(primary?.port ?? 0)
    toClose.push(() => nodes.stop(), line.close)
    const natMap = { [`127.0.0.1:${primary?.port}`]: { host: line.host, port: line.port } }
    const seeds = nodes.nodes.slice(1, 3).map(({ port }) => ({ host: '127.0.0.1', port }))
    const client = new Cluster(seeds, { natMap })
    const store = storeOn(client)
    await store.ready()
    const slots = await Promise.all(
      [...Array(64).keys()].map((shard) => client.cluster('KEYSLOT', `{turnpike:${shard}}`)),
    )
    // The first primary has the first third of all slots.
    const [abandoned, other] = [
      slots.findIndex((slot) => slot < 5461),
      slots.findIndex((slot) => slot > 5461),
    ]
    for (const shard of [abandoned, other]) expect(await outcomeOf(store, shard)).toBe('admitted')
    line.abandon()
    const disturbed: string[] = []
    const load = { isOver: false }
    const others = (async () => {
      while (!load.isOver) {
        disturbed.push(await outcomeOf(store, other))
        await pause(5)
      }
    })()
    const ms = await msUntilBack(store, abandoned).finally(() => (load.isOver = true))
    await others
    expect(ms).toBeLessThan(BACK_WITHIN_MS)
    expect(new Set(disturbed)).toEqual(new Set(['admitted']))
  })
})
