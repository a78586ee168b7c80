/** Express servers of the suite `stores`, on the Redis of BENCH_REDIS_URL. */
import { turnpike } from '@turnpike/express'
import { redisStore } from '@turnpike/redis'
import express from 'express'
import { rateLimit } from 'express-rate-limit'
import { RedisStore } from 'rate-limit-redis'
import { measured } from './measured-server.js'
import { openRedis } from './stores-redis-contenders.js'

const PLENTY = 1_000_000
const MINUTE_MS = 60_000

export const contenders = {
  bare: () => served([]),
  turnpike: () => {
    const store = redisStore(openRedis(), { timeoutMs: 5000 })
    const gate = turnpike({ name: 'bench', secret: 'a secret of 32 characters or more', store })
    return served([gate.protect({ free: [`${PLENTY}/1m`, `${PLENTY}/1h`] })])
  },
  'rate-limit-redis': () => {
    const redis = openRedis()
    const store = new RedisStore({
      sendCommand: async (command, ...args) => /** @type {never} */ (await redis.call(command, ...args)),
    })
    return served([
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

/** @param {import('express').RequestHandler[]} guards */
function served(guards) {
  const app = express()
  app.get('/search', ...guards, (_request, response) => {
    response.json({ ok: true, items: [1, 2, 3] })
  })
  return measured(() => app.listen(0, '127.0.0.1'))
}
