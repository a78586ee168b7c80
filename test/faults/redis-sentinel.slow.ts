import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { redisStore } from '@turnpike/redis'
import { describeStore } from '@turnpike/testkit'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type SentinelGroup, startSentinel } from '../../scripts/redis.js'
import { claimingOf, claimOf, takingOf, timed, windowOf } from './redis-takes.ts'

let group: SentinelGroup
let redis: Redis
beforeAll(async () => {
  group = await startSentinel()
  redis = new Redis({ sentinels: [...group.sentinels], name: group.name })
  redis.on('error', () => undefined)
})
afterAll(async () => {
  redis.disconnect()
  await group.stop()
})

describeStore('redis, Sentinel', async () => {
  const store = redisStore(redis, { prefix: randomUUID(), timeoutMs: 2000 })
  return {
    store,
    now: async () => {
      const [seconds, micros] = await redis.time()
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
    },
    advance: async (ms) => await pause(ms + 2),
    close: async () => await store.close(),
  }
})

describe('a primary under Sentinel that is killed', () => {
  test('R16 is replaced in seconds; every call is answered in time, and nothing spent is spent again', async () => {
    const store = redisStore(redis, { prefix: 'failover', log: () => undefined })
    await store.ready()
    const claim = (i: number) => claimingOf(claimOf({ credential: `work ${i}`, lapse: 'keep' }))
    const spent: number[] = []
    for (let i = 0; i < 500; i += 1) {
      if ((await store.admit(claim(i))).outcome === 'admitted') spent.push(i)
    }
    // What has reached the replica is safe.
    await redis.wait(1, 2000)
    process.kill(group.servers[0]?.pid ?? 0, 'SIGKILL')
    const killedMs = performance.now()
    let slowest = 0
    let isBack = false
    while (!isBack && performance.now() - killedMs < 20_000) {
      const { outcome, ms } = await timed(() => store.admit(takingOf(windowOf({ limit: 1_000_000 }))))
      slowest = Math.max(slowest, ms)
      isBack = outcome === 'admitted'
      await pause(5)
    }
    expect(isBack).toBe(true)
    expect(slowest).toBeLessThan(250)
    const again = await Promise.all(spent.map((i) => timed(() => store.admit(claim(i)))))
    expect(again.filter(({ outcome }) => outcome === 'admitted')).toEqual([])
    expect(again.filter(({ outcome }) => outcome === 'refused').length).toBe(spent.length)
    await store.close()
  })
})
