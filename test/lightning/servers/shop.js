/** A shop in a process of its own, paid by the LND node at LND_URL. Arguments: `lmdb <path>` or `redis <url> <prefix>`. */
import { sats, turnpike } from '@turnpike/express'
import { lnd } from '@turnpike/lightning'
import { lmdbStore } from '@turnpike/lmdb'
import { redisStore } from '@turnpike/redis'
import express from 'express'
import { Redis } from 'ioredis'

const { SECRET = '', LND_URL = '', LND_MACAROON = '' } = process.env
const [kind, place = '', prefix = ''] = process.argv.slice(2)
const redis = kind === 'redis' ? new Redis(place) : undefined

const { gate, protect } = turnpike({
  name: 'shop',
  secret: SECRET,
  store: redis === undefined ? lmdbStore(place) : redisStore(redis, { prefix, timeoutMs: 5000 }),
  lightning: lnd({ url: LND_URL, macaroon: LND_MACAROON, network: 'regtest' }),
  payments: { allowFakeMoney: true },
  log: () => undefined,
})

const app = express()
app.get('/paid', protect(sats(10), { name: 'paid' }), (_request, response) => void response.json({}))
app.get('/bundle', protect(sats(30, { uses: 3 }), { name: 'bundle' }), (_request, response) => {
  response.json({})
})

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(JSON.stringify({ url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` }))
})

process.once('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
  void gate.close().then(() => redis?.disconnect())
})
