/**
 * Work or pay, as the caller likes: `npm start -w examples/dual-rail`. Real Lightning nodes in this process, coins of no worth;
 * in production the backend is phoenixd(), lnd(), nwc() or another of @turnpike/lightning, and nothing else changes.
 */
import { anyOf, memoryStore, pow, type RequestView, sats, turnpike } from '@turnpike/express'
import { createRegtestNetwork, startLndFront } from '@turnpike/regtest'
import express from 'express'
import { randomBytes } from 'node:crypto'

const LONG_TEXT = 1000

const network = await createRegtestNetwork({ inWorker: true })
const node = await startLndFront(network)
const wallet = `lnd+${node.url.replace('://', `://:${node.adminMacaroon}@`)}?network=regtest`

const { gate, protect, endpoints } = turnpike({
  name: 'dual-rail',
  secret: randomBytes(32).toString('base64url'),
  store: memoryStore(),
  lightning: network.backend,
})

const app = express()
app.use(endpoints(), express.json())

// What costs the server more costs the caller more.
app.post('/translate', protect(anyOf(pow(4), sats(priceOf))), (request, response) => {
  response.json({ translated: textOf(request.body).toUpperCase(), way: request.turnpike?.way })
})

// Whoever calls often buys a hundred at once.
app.get('/quotes', protect(anyOf(pow(4), sats(50, { uses: 100, validFor: '24h' }))), (request, response) => {
  response.json({ quote: 'Time is money.', left: request.turnpike?.usesLeft })
})

const server = app.listen(Number(process.env['PORT'] ?? 3408), '127.0.0.1', () => {
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  console.log(`Two ways in are up at ${url}

   export TURNPIKE_WALLET="${wallet}"
   npx @turnpike/cli fetch ${url}/translate --prefer work -H "Content-Type: application/json" -d '{"text":"hello"}'
   npx @turnpike/cli fetch ${url}/translate --prefer pay --max-sats 20 -H "Content-Type: application/json" -d '{"text":"hello"}'
   npx @turnpike/cli fetch ${url}/quotes --prefer pay --max-sats 60
`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(
      () =>
        void gate
          .close()
          .then(async () => await node.close())
          .then(async () => await network.close()),
    )
    server.closeIdleConnections()
  })
}

/** Sats for one call: the same for the same request. */
function priceOf(view: RequestView): number {
  return textOf(view.body()).length > LONG_TEXT ? 50 : 10
}

function textOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('text' in body)) return ''
  return typeof body.text === 'string' ? body.text : ''
}
