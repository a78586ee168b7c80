import { turnpike } from '@turnpike/express'
import { createRawHttp } from '@turnpike/testkit'
import { describe, expect, test } from '@jest/globals'
import type { Application, RequestHandler } from 'express'
import { once } from 'node:events'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const majors: readonly (readonly [string, typeof import('express')])[] = [
  ['Express 5', require('express')],
  ['Express 4', require('express4')],
]

/** Answers what a handler sees of the gate. */
const tell: RequestHandler = (request, response) => {
  const { turnpike: admission } = request
  response.json({ way: admission?.way ?? null, own: Object.hasOwn(request, 'turnpike') })
}

async function ask(app: Application, path: string): Promise<unknown> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const client = createRawHttp(`http://127.0.0.1:${port}`)
  const answer = await client.send({ path })
  client.close()
  server.close()
  return answer.json()
}

describe.each(majors)('on %s, request.turnpike', (_name, express) => {
  const gates = () => turnpike({ log: () => undefined })

  test('is undefined where no policy has admitted the request', async () => {
    const app = express().use(gates().protect({ free: '9/1m', skip: () => true }), tell)
    expect(await ask(app, '/')).toEqual({ way: null, own: false })
  })

  test('is seen in an application mounted behind the gate', async () => {
    const inner = express().get('/paid', tell)
    const app = express().use(gates().protect({ free: '9/1m' }))
    expect(await ask(app.use('/api', inner), '/api/paid')).toEqual({ way: 'free', own: false })
  })

  test('is seen behind a mounted application that has the gate', async () => {
    const inner = express().use(gates().protect({ free: '9/1m' }))
    expect(await ask(express().use(inner).get('/paid', tell), '/paid')).toEqual({ way: 'free', own: false })
  })
})
