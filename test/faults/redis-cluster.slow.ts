import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type AdmitOutcome, SHARDS } from '@turnpike/core'
import { redisStore } from '@turnpike/redis'
import {
  createExactLog,
  describeCallers,
  describeMeters,
  describeStore,
  type OpenStore,
} from '@turnpike/testkit'
import { Cluster, Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type RedisCluster, startCluster, untilTrue } from '../../scripts/redis.js'
import { claimingOf, claimOf, takingOf, timed, windowOf } from './redis-takes.ts'

let nodes: RedisCluster
let cluster: Cluster
beforeAll(async () => {
  nodes = await startCluster()
  cluster = new Cluster(nodes.nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
  cluster.on('error', () => undefined)
})
afterAll(async () => {
  cluster.disconnect()
  await nodes.stop()
})

/** All nodes are of one machine, so any of them knows the time. */
async function clusterMs(): Promise<number> {
  const [node] = cluster.nodes('master')
  const [seconds, micros] = (await node?.time()) ?? []
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}

describeCallers('redis, cluster of three primaries and three replicas', open)
describeStore('redis, cluster of three primaries and three replicas', open)
describeMeters('redis, cluster of three primaries and three replicas', open)

async function open(): Promise<OpenStore> {
  const store = redisStore(cluster, { prefix: randomUUID(), timeoutMs: 2000 })
  await store.ready()
  return {
    store,
    now: clusterMs,
    advance: async (ms) => await pause(ms + 2),
    close: async () => await store.close(),
  }
}

async function slotOf(prefix: string, shard: number): Promise<number> {
  return await cluster.cluster('KEYSLOT', `{${prefix}:${shard}}`)
}

/** Moves a slot step by step, as `redis-cli --cluster reshard` does. */
async function moveSlot(slot: number, during: () => Promise<void>): Promise<void> {
  const primaries = cluster.nodes('master')
  const owners = await Promise.all(
    primaries.map(async (node) => ({
      node,
      id: await node.cluster('MYID'),
      owns: await owns(node, slot),
    })),
  )
  const source = owners.find((one) => one.owns)
  const target = owners.find((one) => !one.owns)
  if (!source || !target) throw new Error('no two primaries')
  await target.node.cluster('SETSLOT', slot, 'IMPORTING', source.id)
  await source.node.cluster('SETSLOT', slot, 'MIGRATING', target.id)
  const keys = await source.node.cluster('GETKEYSINSLOT', slot, 1000)
  const half = keys.slice(0, Math.ceil(keys.length / 2))
  const port = Number(target.node.options.port)
  if (half.length > 0) await source.node.migrate('127.0.0.1', port, '', 0, 5000, 'KEYS', ...half)
  await during()
  const rest = await source.node.cluster('GETKEYSINSLOT', slot, 1000)
  if (rest.length > 0) await source.node.migrate('127.0.0.1', port, '', 0, 5000, 'KEYS', ...rest)
  for (const { node } of owners) await node.cluster('SETSLOT', slot, 'NODE', target.id)
}

async function owns(node: Redis, slot: number): Promise<boolean> {
  const text = String(await node.cluster('NODES'))
  const mine = text.split('\n').find((line) => line.includes('myself')) ?? ''
  return mine
    .split(' ')
    .slice(8)
    .some((range) => {
      const [from = -1, to = from] = range.split('-').map(Number)
      return slot >= from && slot <= to
    })
}

describe('a slot that moves', () => {
  test('R16 counts as down at worst, is never above a limit, and forgets nothing that was spent', async () => {
    const prefix = randomUUID()
    const store = redisStore(cluster, { prefix, log: () => undefined })
    await store.ready()
    const window = (i: number) => windowOf({ holder: `holder ${i}`, limit: 3, windowMs: 120_000 })
    const work = (i: number) => claimingOf(claimOf({ credential: `work ${i}`, lapse: 'keep' }))
    for (let i = 0; i < 20; i += 1) {
      for (let unit = 0; unit < 2; unit += 1) await store.admit(takingOf(window(i)))
      await store.admit(work(i))
    }
    const during: Awaited<ReturnType<typeof timed>>[] = []
    await moveSlot(await slotOf(prefix, 5), async () => {
      for (let i = 0; i < 20; i += 1) during.push(await timed(() => store.admit(work(i))))
    })
    expect(Math.max(...during.map(({ ms }) => ms))).toBeLessThan(250)
    expect(during.filter(({ outcome }) => outcome === 'admitted')).toEqual([])
    await untilTrue(async () => (await store.admit(work(0))).outcome === 'refused')
    for (let i = 0; i < 20; i += 1) {
      expect(await store.admit(work(i))).toMatchObject({ ways: [{ claims: ['spent'] }] })
      const outcomes: AdmitOutcome['outcome'][] = []
      for (let unit = 0; unit < 2; unit += 1) outcomes.push((await store.admit(takingOf(window(i)))).outcome)
      expect(outcomes).toEqual(['admitted', 'refused'])
    }
    await store.close()
  })
})

describe('a primary of a cluster that is killed under load', () => {
  test('R16 the other shards go on, its own come back, every call is answered in time, nothing spent is spent twice', async () => {
    const store = redisStore(cluster, { prefix: 'killed', log: () => undefined })
    await store.ready()
    const work = (i: number) =>
      claimingOf(claimOf({ credential: `work ${i}`, shard: i % SHARDS, lapse: 'keep' }))
    const spent: number[] = []
    for (let i = 0; i < 640; i += 1) {
      if ((await store.admit(work(i))).outcome === 'admitted') spent.push(i)
    }
    expect(spent.length).toBe(640)
    for (const node of cluster.nodes('master')) await node.wait(1, 2000)
    const logs = Array.from({ length: SHARDS }, () => createExactLog())
    const untilMs = Date.now() + 12_000
    let slowest = 0
    let [admitted, down] = [0, 0]
    const load = Array.from({ length: 32 }, async (_, caller) => {
      for (let i = 0; Date.now() < untilMs; i += 1) {
        const shard = (caller * 7 + i) % SHARDS
        const began = performance.now()
        try {
          const outcome = await store.admit(
            takingOf(windowOf({ holder: `h${shard}`, limit: 20, windowMs: 400 }), shard),
          )
          if (outcome.outcome === 'admitted') {
            logs[shard]?.add(outcome.atMs, 1)
            admitted += 1
          }
        } catch {
          down += 1
        }
        slowest = Math.max(slowest, performance.now() - began)
        await pause(2)
      }
    })
    await pause(1500)
    process.kill(nodes.nodes[0]?.pid ?? 0, 'SIGKILL')
    await Promise.all(load)
    expect(Math.max(...logs.map((log) => log.mostWithin(400)))).toBeLessThanOrEqual(21)
    expect(admitted).toBeGreaterThan(10_000)
    expect(down).toBeGreaterThan(0)
    expect(slowest).toBeLessThan(300)
    for (let shard = 0; shard < SHARDS; shard += 1) {
      const take = takingOf(windowOf({ holder: 'after', limit: 1000 }), shard)
      await untilTrue(async () => (await store.admit(take)).outcome === 'admitted')
    }
    const again = await Promise.all(spent.map((i) => timed(() => store.admit(work(i)))))
    expect(again.map(({ outcome }) => outcome).filter((outcome) => outcome !== 'refused')).toEqual([])
    await store.close()
  })
})
