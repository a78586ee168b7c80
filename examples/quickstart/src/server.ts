import { anyOf, memoryStore, pow, sats, turnpike } from '@turnpike/express'
import express from 'express'
import { randomBytes } from 'node:crypto'
import { answerMcp } from './mcp.ts'
import { openPlayMoney } from './play-money.ts'
import { greeting, portFrom, portTrouble } from './words.ts'

const HOST = '127.0.0.1'
const port = portFrom(process.env)
const money = await openPlayMoney()

const app = express()
const { gate, protect, endpoints } = turnpike({
  name: 'quickstart',
  // In production: a secret that outlives the process, and a store that does.
  secret: process.env['TURNPIKE_SECRET'] ?? randomBytes(32).toString('base64url'),
  store: memoryStore(),
  // In production: phoenixd(), lnd(), nwc() or another of @turnpike/lightning.
  lightning: money.backend,
})

app.use(express.json())

// GET /api/challenge: a challenge to solve before the first call.
app.use(endpoints())

// Every call costs a proof of work (4 leading zero hex digits, 65,536 hashes on average) or 10 sats.
app.post('/tools/call', protect(anyOf(pow(4), sats(10))), (request, response) => {
  const way = request.turnpike?.way
  const text = way === 'lightning' ? 'You paid your way in.' : 'You worked your way in.'
  response.json({ content: [{ type: 'text', text }], way })
})

// The preset: a few calls a minute are free, then work. It allows 60; five make it easy to see the other side.
app.get('/search', protect({ free: '5/1m' }), (request, response) => {
  response.json({ results: ['wait', 'work', 'pay'], left: request.turnpike?.remaining('free') })
})

// An MCP server. Its gate looks at each call, so the route itself is open.
app.post('/mcp', (request, response) => answerMcp(gate, request, response))
app.all('/mcp', (_request, response) => response.set('Allow', 'POST').sendStatus(405))

const server = app.listen(port, HOST, (error?: Error) => {
  if (error !== undefined) {
    console.error(portTrouble(error, port))
    process.exit(1)
  }
  const address = server.address()
  console.log(greeting(`http://${HOST}:${typeof address === 'object' ? address?.port : port}`, money.wallet))
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Calls under way may finish; whoever takes longer than that has left.
    server.close(() => void gate.close().then(async () => await money.close()))
    setInterval(() => server.closeIdleConnections(), 100).unref()
    setTimeout(() => server.closeAllConnections(), 10_000).unref()
  })
}
