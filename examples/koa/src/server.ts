/** A Koa server behind a gate. `npm start -w examples/koa`, another port: `PORT=4000 npm start -w examples/koa`. */
import { Router } from '@koa/router'
import { pow, turnpike } from '@turnpike/koa'
import Koa from 'koa'
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'

const { gate, protect, ceiling, endpoints } = turnpike({
  name: 'koa-example',
  // In production: a secret that outlives the process.
  secret: randomBytes(32).toString('base64url'),
})

const v1 = new Router({ prefix: '/v1' })

// Five calls a minute are free, then each costs a proof of work.
v1.get('/items/:id', protect(pow(4), { free: '5/1m' }), (ctx) => {
  ctx.body = { id: ctx.params['id'], admittedBy: ctx.state.turnpike?.way }
})

// Every call costs one; what comes is a stream, which the gate lets flow.
v1.post('/reports', protect(pow(4), { name: 'reports' }), (ctx) => {
  ctx.type = 'text'
  ctx.body = Readable.from(report())
})

const app = new Koa()
// GET /api/challenge, and a limit for everybody around all routes.
app.use(endpoints()).use(ceiling('600/1m'))
app.use(v1.routes())

const server = app.listen(Number(process.env['PORT'] ?? 3404), '127.0.0.1', () => {
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  console.log(`Koa is up at ${url}

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
