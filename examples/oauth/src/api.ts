import { anyOf, memoryStore, pow, turnpike, type Gate } from '@turnpike/express'
import { accessTokens, bearer } from '@turnpike/oauth'
import express from 'express'
import { randomBytes } from 'node:crypto'
import type { Listening } from './listening.ts'

/** Serves an API for programs with an account, which show a token, and for everybody else, who works. */
export function serveApi({ server, url }: Listening, issuer: string): Gate {
  const tokens = accessTokens({
    issuer,
    resource: url,
    scopesSupported: ['search'],
    // All of it is on this machine; elsewhere, https.
    allowPlainHttp: true,
  })
  const { gate, protect, endpoints } = turnpike({
    name: 'search-api',
    // In production: a secret and a store that outlive the process.
    secret: randomBytes(32).toString('base64url'),
    store: memoryStore(),
  })
  const app = express()
  app.use(endpoints())
  app.get('/search', protect(anyOf(bearer(tokens, { scope: 'search' }), pow(4))), (request, response) => {
    response.json({ found: 3, class: request.turnpike?.caller.class })
  })
  server.on('request', app)
  return gate
}
