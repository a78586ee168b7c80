import express from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import type { Directory } from './accounts.ts'
import { listen, type Listening } from './listening.ts'

/** What callers were told, and all that they were told. */
const MESSAGE = 'Rate limit exceeded. Please wait before trying again.'

/** As it was: 60 calls in 60 seconds for each account, whichever of its programs calls, and no word of when to come again. */
export async function startOneBucket(directory: Directory): Promise<Listening> {
  const app = express()
  app.use(
    rateLimit({
      windowMs: 60_000,
      limit: 60,
      standardHeaders: false,
      legacyHeaders: false,
      message: MESSAGE,
      keyGenerator: (request) =>
        directory.ownerOfKey(request.get('X-API-Key')) ??
        directory.ownerOfSession(request.get('Cookie')) ??
        ipKeyGenerator(request.ip ?? 'unknown'),
    }),
  )
  app.get('/issues', (_request, response) => {
    response.json({ issues: 3 })
  })
  return await listen(app)
}
