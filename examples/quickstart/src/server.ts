import { memoryStore, pow, turnpike } from '@turnpike/express'
import express from 'express'
import { randomBytes } from 'node:crypto'
import { greeting, portFrom, portTrouble } from './words.ts'

const HOST = '127.0.0.1'
const port = portFrom(process.env)

const app = express()
const { gate, protect, endpoints } = turnpike({
  name: 'quickstart',
  // In production: a secret that outlives the process, and a store that does.
  secret: process.env['TURNPIKE_SECRET'] ?? randomBytes(32).toString('base64url'),
  store: memoryStore(),
})

app.use(express.json())

// GET /api/challenge: a challenge to solve before the first call.
app.use(endpoints())

// Every call costs a proof of work: 4 leading zero hex digits, 65,536 hashes on average.
app.post('/tools/call', protect(pow(4)), (request, response) => {
  response.json({ content: [{ type: 'text', text: 'You worked your way in.' }], way: request.turnpike?.way })
})

// The preset: a few calls a minute are free, then work. It allows 60; five make it easy to see the other side.
app.get('/search', protect({ free: '5/1m' }), (request, response) => {
  response.json({ results: ['wait', 'work', 'pay'], left: request.turnpike?.remaining('free') })
})

const server = app.listen(port, HOST, (error?: Error) => {
  if (error !== undefined) {
    console.error(portTrouble(error, port))
    process.exit(1)
  }
  const address = server.address()
  console.log(greeting(`http://${HOST}:${typeof address === 'object' ? address?.port : port}`))
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    // Calls under way may finish; whoever takes longer than that has left.
    server.close(() => void gate.close())
    setInterval(() => server.closeIdleConnections(), 100).unref()
    setTimeout(() => server.closeAllConnections(), 10_000).unref()
  })
}
