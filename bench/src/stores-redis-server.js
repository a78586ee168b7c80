/** Express servers of the suite `stores`, on the Redis of BENCH_REDIS_URL. */
import { turnpike } from '@turnpike/express'
import { redisStore } from '@turnpike/redis'
import { rateLimit } from 'express-rate-limit'
import { RedisStore } from 'rate-limit-redis'
import { searchServer } from './search-server.js'
import { openRedis } from './stores-redis-contenders.js'

const PLENTY = 1_000_000
const MINUTE_MS = 60_000

export const contenders = {
  bare: () => searchServer([]),
  turnpike: () => {
    const store = redisStore(openRedis(), { timeoutMs: 5000 })
    const gate = turnpike({ name: 'bench', secret: 'a secret of 32 characters or more', store })
    return searchServer([gate.protect({ free: [`${PLENTY}/1m`, `${PLENTY}/1h`] })])
  },
  'rate-limit-redis': () => {
    const redis = openRedis()
    const store = new RedisStore({
      sendCommand: async (command, ...args) => /** @type {never} */ (await redis.call(command, ...args)),
    })
    return searchServer([
      rateLimit({
        windowMs: MINUTE_MS,
        limit: PLENTY,
        standardHeaders: 'draft-8',
        legacyHeaders: false,
        store,
      }),
    ])
  },
}
