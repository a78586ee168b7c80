import type { LightningBackend } from '@turnpike/core'
import { anyOf, memoryStore, pow, sats, turnpike } from '@turnpike/express'
import express from 'express'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'

/** A server with one tool behind a gate. */
export interface ToolServer {
  readonly url: string
  close(): Promise<void>
}

/** Free calls: few and for a short time, so that the demo sees both sides of them. */
export const FREE = '1/6s'
/** What a call costs beyond that, either way. */
export const PRICE_SATS = 10
export const DIFFICULTY = 4

/** One call in six seconds is free; each further one costs work or sats, as the caller likes. */
export async function startServer(lightning: LightningBackend): Promise<ToolServer> {
  const app = express()
  const { gate, protect } = turnpike({
    name: 'demo',
    // In production: a secret and a store that outlive the process.
    secret: randomBytes(32).toString('base64url'),
    store: memoryStore(),
    lightning,
  })
  app.get(
    '/forecast',
    protect(anyOf(pow(DIFFICULTY), sats(PRICE_SATS)), { free: FREE }),
    (_request, response) => {
      response.json({ forecast: 'sunny' })
    },
  )
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await gate.close()
    },
  }
}
