import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { AdmitRequest } from '@turnpike/core'
import { redisStore, type RedisStore } from '@turnpike/redis'
import { randomBytes } from 'node:crypto'
import { freshPrefix, openRedis } from './redis-client.ts'

const redis = openRedis()
const prefix = freshPrefix()
let store: RedisStore
beforeAll(async () => {
  store = redisStore(redis, { prefix, timeoutMs: 10_000 })
  await store.ready()
})
afterAll(async () => {
  await store.close()
  redis.disconnect()
})

function taking(holder: string, extra: Partial<AdmitRequest> = {}): AdmitRequest {
  const window = { holder, id: 'search free', limit: 5, windowMs: 60_000, cost: 1 }
  return { shard: 5, common: [], ways: [{ windows: [window], claims: [] }], otherwise: [], ...extra }
}

function claiming(credential: string): AdmitRequest {
  const claim = {
    credential,
    shard: 5,
    claimId: 'claim',
    uses: 1,
    expiresAtMs: 4_000_000_000_000,
    leaseMs: 1000,
    lapse: 'keep' as const,
    settled: true,
  }
  return taking('claimant', { ways: [{ windows: [], claims: [claim] }] })
}

const windowsKey = (holder: string) => `{${prefix}:5}:w:${holder}`
const credentialKey = (credential: string) => `{${prefix}:5}:c:${credential}`

describe('a batch', () => {
  test('R14 a neighbour of the wrong type is corrupt for its own caller alone', async () => {
    await redis.lpush(windowsKey('list'), 'x')
    const outcomes = await Promise.all(
      ['before', 'list', 'after', 'list'].map(async (holder) => await store.admit(taking(holder))),
    )
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['admitted', 'corrupt', 'admitted', 'corrupt'])
    expect(await redis.lrange(windowsKey('list'), 0, -1)).toEqual(['x'])
  })

  test('R14 the same beside decisions that take the long way', async () => {
    await redis.lpush(credentialKey('list'), 'x')
    const requests = [
      claiming('before'),
      claiming('list'),
      taking('long', { otherwise: [] }),
      claiming('after'),
    ]
    const outcomes = await Promise.all(requests.map(async (request) => await store.admit(request)))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['admitted', 'corrupt', 'admitted', 'admitted'])
  })

  test('R14 records of random bytes, and true ones cut short, never break the others', async () => {
    const outcomes = []
    for (let round = 0; round < 60; round += 1) {
      await store.admit(taking('whole'))
      await store.reset('whole', 5)
      for (let i = 0; i < 5; i += 1) await store.admit(taking('whole'))
      const whole = (await redis.getBuffer(windowsKey('whole'))) ?? Buffer.alloc(0)
      const broken =
        round % 2 === 0 ? randomBytes(1 + round) : whole.subarray(0, whole.length - 1 - round / 2)
      await redis.set(windowsKey('broken'), broken)
      const pair = ['broken', `fine ${round}`].map(async (holder) => await store.admit(taking(holder)))
      const [spoilt, fine] = await Promise.all(pair)
      outcomes.push(spoilt?.outcome)
      expect(fine?.outcome).toBe('admitted')
    }
    expect(outcomes.filter((outcome) => outcome === 'corrupt').length).toBeGreaterThan(30)
  })
})

describe('keys', () => {
  test('all expire, and all carry the prefix and the shard', async () => {
    await store.admit(taking('holder'))
    await store.admit(claiming('credential'))
    await store.hold({ seal: 'seal', shard: 5, claims: [], ttlMs: 60_000 })
    await redis.del(windowsKey('list'), credentialKey('list'), windowsKey('broken'))
    const keys = await redis.keys(`*${prefix}*`)
    expect(keys.length).toBeGreaterThanOrEqual(5)
    for (const key of keys) {
      expect(key).toMatch(new RegExp(`^\\{${prefix}:\\d{1,2}\\}:(w:|c:|h:|n:|epoch)`))
      expect(await redis.pttl(key)).toBeGreaterThan(0)
    }
  })

  test('R6 a holder is forgotten with the last of its windows, at most a slot later', async () => {
    const short = { holder: 'brief', id: 'search free', limit: 100, windowMs: 640_000, cost: 1 }
    await store.admit(taking('brief', { ways: [{ windows: [short], claims: [] }] }))
    const leftMs = await redis.pttl(windowsKey('brief'))
    expect(leftMs).toBeGreaterThan(600_000)
    expect(leftMs).toBeLessThanOrEqual(660_000)
  })

  test('names of windows are read from Redis by a process that never saw them', async () => {
    await store.admit(taking('seen'))
    const other = redisStore(redis, { prefix })
    expect(await other.inspect('seen', 5)).toMatchObject([{ id: 'search free', windowMs: 60_000, used: 1 }])
    await other.close()
  })
})

describe('scripts', () => {
  test('a server that has lost them gets them again, in the middle of traffic', async () => {
    const admitted = async (holder: string) => (await store.admit(taking(holder))).outcome
    expect(await admitted('flushed 0')).toBe('admitted')
    await redis.script('FLUSH')
    const outcomes = await Promise.all(Array.from({ length: 300 }, (_, i) => admitted(`flushed ${i}`)))
    expect(new Set(outcomes)).toEqual(new Set(['admitted']))
    await redis.script('FLUSH')
    expect(await store.inspect('flushed 0', 5)).toMatchObject([{ used: 2 }])
  })
})
