import { afterAll } from '@jest/globals'
import { redisStore } from '@turnpike/redis'
import { describeCallers, describeMeters, describeStore, type OpenStore } from '@turnpike/testkit'
import { setTimeout as pause } from 'node:timers/promises'
import { freshPrefix, openRedis, serverMs } from './redis-client.ts'

const redis = openRedis()
afterAll(() => redis.disconnect())

describeStore('redis', open)
describeCallers('redis', open)
describeMeters('redis', open)

async function open(): Promise<OpenStore> {
  const store = redisStore(redis, { prefix: freshPrefix(), timeoutMs: 10_000 })
  return {
    store,
    now: async () => await serverMs(redis),
    advance: async (ms) => await pause(ms + 2),
    close: async () => await store.close(),
  }
}
