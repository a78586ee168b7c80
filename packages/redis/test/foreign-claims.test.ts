import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { AdmitRequest, ClaimTake } from '@turnpike/core'
import { redisStore, type RedisStore } from '@turnpike/redis'
import { freshPrefix, openRedis } from './redis-client.ts'

const redis = openRedis()
let store: RedisStore
beforeAll(async () => {
  store = redisStore(redis, { prefix: freshPrefix(), timeoutMs: 10_000 })
  await store.ready()
})
afterAll(async () => {
  await store.close()
  redis.disconnect()
})

let claims = 0
function claimOf(credential: string, shard: number, changes: Partial<ClaimTake> = {}): ClaimTake {
  claims += 1
  const claimId = `claim ${claims}`
  const terms = { uses: 1, expiresAtMs: 4_000_000_000_000, leaseMs: 600_000, settled: true }
  return { credential, shard, claimId, ...terms, lapse: 'giveBack', ...changes }
}

function requestOf(holder: string, ...ways: readonly (readonly ClaimTake[])[]): AdmitRequest {
  const window = { holder, id: 'quota', limit: 10, windowMs: 60_000, cost: 1 }
  const issued = { ...window, id: 'issued' }
  return {
    shard: 5,
    common: [],
    ways: ways.map((list) => ({ windows: [window], claims: list })),
    otherwise: [issued],
  }
}

const used = async (holder: string) =>
  Object.fromEntries((await store.inspect(holder, 5)).map((report) => [report.id, report.used]))

describe('a credential of a foreign shard', () => {
  test('R10 spent already, it leaves the windows as they were, and the next way is tried', async () => {
    expect(await store.admit(requestOf('one', [claimOf('gone', 9)]))).toMatchObject({ outcome: 'admitted' })
    const both = requestOf('one', [claimOf('gone', 9)], [claimOf('fresh', 22, { uses: 3 })])
    expect(await store.admit(both)).toMatchObject({ outcome: 'admitted', way: 1, usesLeft: [2] })
    expect(await used('one')).toEqual({ quota: 2 })
  })

  test('R10 refused on every way, the answer says how each stands, and counts as asked once', async () => {
    await store.admit(requestOf('two', [claimOf('a', 9)]))
    const refused = await store.admit(
      requestOf('two', [claimOf('a', 9)], [claimOf('b', 22, { settled: false })]),
    )
    expect(refused).toMatchObject({ ways: [{ claims: ['inFlight'] }, { claims: ['unsettled'] }] })
    expect(await used('two')).toEqual({ quota: 1, issued: 1 })
  })

  test('R10 of claims in three shards, all are taken or none, and none counts as given back', async () => {
    const spent = claimOf('spent', 30)
    await store.admit(requestOf('three', [spent]))
    for (let round = 0; round < 5; round += 1) {
      const mixed = [claimOf('here', 5), claimOf('there', 9), claimOf('spent', 30)]
      expect(await store.admit(requestOf('three', mixed))).toMatchObject({
        ways: [{ claims: ['claimed', 'claimed', 'inFlight'] }],
      })
    }
    const good = [claimOf('here', 5), claimOf('there', 9)]
    expect(await store.admit(requestOf('three', good))).toMatchObject({
      outcome: 'admitted',
      usesLeft: [0, 0],
    })
  })

  test('R34 claims of several shards are held and resumed together', async () => {
    const [a, b] = [claimOf('held a', 9), claimOf('held b', 22)]
    await store.admit(requestOf('four', [a, b]))
    const refs = [a, b].map(({ credential, shard, claimId }) => ({ credential, shard, claimId }))
    expect(await store.hold({ seal: 'seal', shard: 40, claims: refs, ttlMs: 5000 })).toBe(true)
    expect(await store.resume('seal', 40, 5000)).toEqual(refs)
    expect([await store.keep(a), await store.giveBack(b)]).toEqual(['kept', 'givenBack'])
  })
})
