import { describe, expect, test } from '@jest/globals'
import { redisStore, type RedisStoreOptions } from '@turnpike/redis'
import { openRedis } from './redis-client.ts'

describe('redisStore', () => {
  test.each([
    [{ prefx: 'a' }, 'option_unknown', "did you mean 'prefix'"],
    [{ prefix: '' }, 'option_invalid', 'prefix'],
    [{ prefix: 'a'.repeat(65) }, 'option_invalid', 'prefix'],
    [{ prefix: 'a{b}' }, 'option_invalid', 'prefix'],
    [{ prefix: 'a b' }, 'option_invalid', 'prefix'],
    [{ timeoutMs: 9 }, 'option_invalid', 'timeoutMs 9'],
    [{ timeoutMs: 10_001 }, 'option_invalid', 'timeoutMs 10001'],
    [{ timeoutMs: 100.5 }, 'option_invalid', 'timeoutMs'],
    [{ allowEviction: 1 }, 'option_invalid', 'allowEviction'],
    [{ log: 'console' }, 'option_invalid', 'log'],
  ])('refuses %j', (options, code, message) => {
    const redis = openRedis()
    try {
      expect(() => redisStore(redis, options as RedisStoreOptions)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(message) }),
      )
    } finally {
      redis.disconnect()
    }
  })

  test.each([
    ['nothing', undefined],
    ['an address', 'redis://127.0.0.1'],
    ['a client of another library', { connect: () => undefined, eval: () => undefined }],
  ])('refuses %s where a client belongs, and says which it takes', (_, client) => {
    expect(() => redisStore(client as never)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining('ioredis') }),
    )
  })
})
