/** An Express server behind a gate. `npm start -w examples/express`, another port: `PORT=4000 npm start -w examples/express`. */
import { pow, turnpike } from '@turnpike/express'
import express, { Router } from 'express'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'

const { gate, protect, ceiling, endpoints } = turnpike({
  name: 'express-example',
  // In production: a secret that outlives the process, and a store that does.
  secret: randomBytes(32).toString('base64url'),
})

const v1 = Router()

// Five calls a minute are free, then each costs a proof of work.
v1.get('/items/:id', protect(pow(4), { free: '5/1m' }), (request, response) => {
  response.json({ id: request.params['id'], admittedBy: request.turnpike?.way })
})

// Every call costs one; what comes is a stream, which the gate lets flow.
v1.post('/reports', protect(pow(4), { name: 'reports' }), (_request, response) => {
  Readable.from(report()).pipe(response.type('text'))
})

const app = express()
// Behind a proxy, say which: app.set('trust proxy', 'loopback'). Else all callers share its address.
// GET /api/challenge, and a limit for everybody around all routes.
app.use(endpoints(), ceiling('600/1m'))
app.use('/v1', v1)

const server = app.listen(Number(process.env['PORT'] ?? 3405), '127.0.0.1', () => {
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  console.log(`Express is up at ${url}

   curl -i ${url}/v1/items/7
   curl -i -X POST ${url}/v1/reports
`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => void gate.close())
    server.closeIdleConnections()
  })
}

async function* report(): AsyncGenerator<string> {
  for (const line of ['wait', 'work', 'pay']) {
    yield `${line}\n`
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
}
