/** One of several servers behind a proxy, all on one Redis: what one counts or takes, the others know. */
import { pow, turnpike } from '@turnpike/express'
import { redisStore } from '@turnpike/redis'
import express from 'express'
import { Redis } from 'ioredis'

const { PORT, REDIS_URL = 'redis://127.0.0.1:6379', TURNPIKE_SECRET } = process.env
const redis = new Redis(REDIS_URL)
const { gate, protect, endpoints } = turnpike({
  name: 'cluster-example',
  secret: TURNPIKE_SECRET,
  store: redisStore(redis),
  // While Redis is down, each of the two holds half of every limit.
  instances: 2,
})

const app = express()
// The proxy is on this machine; without this all callers would share its address.
app.set('trust proxy', 'loopback')
app.use(endpoints())
app.get('/search', protect(pow(4), { free: '5/1m' }), (request, response) => {
  response.json({ server: process.pid, left: request.turnpike?.remaining('free') })
})

const server = app.listen(Number(PORT ?? 0), '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : undefined)
})
process.once('SIGTERM', () => {
  server.close(() => void gate.close().then(() => redis.quit()))
  server.closeIdleConnections()
  // The channel to the parent would keep the process.
  process.disconnect?.()
})
