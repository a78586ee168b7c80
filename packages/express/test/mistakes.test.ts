import { turnpike } from '@turnpike/express'
import { createRawHttp } from '@turnpike/testkit'
import { describe, expect, test } from '@jest/globals'
import type { Application, ErrorRequestHandler, RequestHandler } from 'express'
import { once } from 'node:events'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const majors: readonly (readonly [string, typeof import('express')])[] = [
  ['Express 5', require('express')],
  ['Express 4', require('express4')],
]
const ok: RequestHandler = (_request, response) => void response.json({})

/** Codes of the warnings after two requests for a path. */
async function warningsOf(
  app: Application,
  path: string,
  gate: ReturnType<typeof turnpike>['gate'],
): Promise<readonly string[]> {
  const codes: string[] = []
  gate.on('warning', ({ code, message }) => codes.push(`${code} ${/route (\S+)/.exec(message)?.[1] ?? ''}`))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = createRawHttp(
    `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
  )
  await client.send({ path })
  await client.send({ path })
  client.close()
  server.close()
  return codes
}

describe.each(majors)('on %s, a gate', (_name, express) => {
  const made = () => ({ app: express(), ...turnpike({ log: () => undefined }) })

  test('that stands after a route of the application names the route once', async () => {
    const { app, gate, protect } = made()
    app.get('/open', ok).use(protect()).get('/paid', ok)
    expect(await warningsOf(app, '/paid', gate)).toEqual(['gate_after_route /open'])
  })

  test('that is mounted names routes below its mount alone', async () => {
    const { app, gate, protect } = made()
    app.get('/apiary', ok).get('/api/open', ok).use('/api', protect()).get('/api/paid', ok)
    expect(await warningsOf(app, '/api/paid', gate)).toEqual(['gate_after_route /api/open'])
  })

  test('that is mounted beside all routes says nothing', async () => {
    const { app, gate, protect } = made()
    app.get('/health', ok).use('/api', protect()).get('/api/paid', ok)
    expect(await warningsOf(app, '/api/paid', gate)).toEqual([])
  })

  test('in an application of its own below another names its routes', async () => {
    const { app, gate, protect } = made()
    const inner = express()
    inner.get('/open', ok).use(protect()).get('/paid', ok)
    app.get('/elsewhere', ok).use('/inner', inner)
    expect(await warningsOf(app, '/inner/paid', gate)).toEqual(['gate_after_route /open'])
  })

  test('on a route says nothing of the routes before it', async () => {
    const { app, gate, protect } = made()
    app.get('/open', ok).get('/paid', protect(), ok)
    expect(await warningsOf(app, '/paid', gate)).toEqual([])
  })

  test.each([
    [true, ['trust_proxy_spoofable ']],
    [1, []],
    ['loopback', []],
  ])("with 'trust proxy' %j warns %j", async (setting, expected) => {
    const { app, gate, protect } = made()
    app.set('trust proxy', setting).use(protect()).get('/paid', ok)
    expect(await warningsOf(app, '/paid', gate)).toEqual(expected)
  })

  test.each(['protect', 'ceiling', 'endpoints'] as const)(
    'whose %s is taken for a handler answers 500 and says what to write, in place of waiting for ever',
    async (maker) => {
      const { app, ...makers } = made()
      const thrown: unknown[] = []
      const catches: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
        thrown.push(error)
        response.status(500).json({})
      }
      const taken: unknown = makers[maker]
      app.use(taken as RequestHandler, catches)
      await warningsOf(app, '/', makers.gate)
      expect(thrown).toEqual(
        Array(2).fill(expect.objectContaining({ message: expect.stringContaining(`write ${maker}(`) })),
      )
    },
  )
})
