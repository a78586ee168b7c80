import { describe, expect, test } from '@jest/globals'
import { turnpike } from '@turnpike/express'
import { createRawHttp } from '@turnpike/testkit'
import type { ErrorRequestHandler } from 'express'
import { once } from 'node:events'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const majors: readonly (readonly [string, typeof import('express')])[] = [
  ['Express 5', require('express')],
  ['Express 4', require('express4')],
]

describe.each(majors)('on %s, the status', (_name, express) => {
  test('is served to those whom authorize lets in, and its failures go to the error handlers', async () => {
    const app = express()
    const { protect, status } = turnpike({ name: 'my-api', log: () => undefined })
    app.get('/search', protect(), (_request, response) => void response.json({}))
    app.get(
      '/ops/turnpike',
      status({
        authorize: async (request) => {
          const who = request.get('authorization')
          if (who === 'broken') throw new Error('no directory')
          return await Promise.resolve(who === 'operator')
        },
      }),
    )
    const onError: ErrorRequestHandler = (error: Error, _request, response, _next) =>
      void response.status(503).send(error.message)
    app.use(onError)
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const client = createRawHttp(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
    await client.send({ path: '/search' })
    const path = '/ops/turnpike'
    expect((await client.send({ path })).status).toBe(403)
    const broken = await client.send({ path, headers: { authorization: 'broken' } })
    expect([broken.status, broken.text]).toEqual([503, 'no directory'])
    const allowed = await client.send({ path, headers: { authorization: 'operator' } })
    expect([allowed.status, allowed.json()]).toMatchObject([
      200,
      { version: 1, gate: 'my-api', policies: [{ admitted: { free: 1 } }] },
    ])
    client.close()
    server.close()
  })

  test('is not mounted without authorize', () => {
    const { status } = turnpike({ log: () => undefined })
    expect(() => status({} as never)).toThrow(/\(status_unguarded: /)
  })
})
