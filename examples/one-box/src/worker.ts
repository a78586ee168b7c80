import { pow, turnpike } from '@turnpike/express'
import { lmdbStore } from '@turnpike/lmdb'
import express from 'express'
import { once } from 'node:events'

/** One of the workers. Resolves when it listens. */
export async function serve(): Promise<void> {
  const { PORT, TURNPIKE_FILE = '', TURNPIKE_SECRET } = process.env
  const { gate, protect, endpoints } = turnpike({
    name: 'one-box',
    secret: TURNPIKE_SECRET,
    store: lmdbStore(TURNPIKE_FILE),
  })
  const app = express()
  app.use(endpoints())
  // Connections go to the workers in turn; the allowance is one for both.
  app.get('/search', protect(pow(4), { free: '5/1m' }), (request, response) => {
    response
      .set('Connection', 'close')
      .json({ worker: process.pid, left: request.turnpike?.remaining('free') })
  })

  const server = app.listen(Number(PORT), '127.0.0.1')
  await once(server, 'listening')
  process.once('SIGTERM', () => {
    server.close(() => void gate.close().then(() => process.exit(0)))
    server.closeIdleConnections()
  })
}
