import { pow } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import express, { type RequestHandler } from 'express'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { listening, type Site } from './site.ts'

const cors: (options: object) => RequestHandler = createRequire(import.meta.url)('cors')

/** An application's CORS by hand, with a field of its own that pages may read. */
const handWritten: RequestHandler = (request, response, next) => {
  response.set({
    'Access-Control-Allow-Origin': request.get('origin') ?? '*',
    'Access-Control-Expose-Headers': 'X-Own-Field',
    'X-Own-Field': 'own',
  })
  if (request.method !== 'OPTIONS') {
    next()
    return
  }
  response.set('Access-Control-Allow-Headers', 'Content-Type, X-PoW-Solution').status(204).end()
}

/** An API behind a gate, for pages of other origins: below /cors, /hand and, for none of them, /closed. */
export async function openGatedApi(): Promise<Site> {
  const app = express()
  const { protect } = turnpike({ name: 'browser-api', secret: 'a secret for the browser tests, long enough' })
  const work = pow(3, { adaptive: false, quota: false })
  app.use('/cors', cors({}))
  app.use('/hand', handWritten)
  for (const mount of ['/cors', '/hand', '/closed']) {
    // Named by the mount: what one test has used up is not missed by another.
    const gate = protect(work, { name: `paid${mount}` })
    app.get(`${mount}/moved`, (_request, response) => response.redirect(307, `${mount}/paid`))
    app.get(`${mount}/paid`, gate, (request, response) => void response.json({ way: request.turnpike?.way }))
    app.post(`${mount}/paid`, express.json(), gate, (request, response) => void response.json(request.body))
    app.get(
      `${mount}/metered`,
      protect(work, { name: `metered${mount}`, free: '1/1m' }),
      (_request, response) => {
        response.json({})
      },
    )
    app.get(`${mount}/bare`, (_request, response) => void response.set('Retry-After', '7').json({}))
  }
  return await listening(createServer(app))
}
