import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createGate, type Gate } from '@turnpike/core'
import { turnpike as expressTurnpike } from '@turnpike/express'
import { turnpike as koaTurnpike } from '@turnpike/koa'
import { admission, turnpike as nodeTurnpike } from '@turnpike/node'
import express from 'express'
import Koa from 'koa'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'

const CLIENT = '203.0.113.9'
const INVENTED = '198.51.100.1'
/** What Fly.io adds behind the client: the address of the application. */
const OWN = '192.0.2.80'

/** As docs/operations.md has it; these tests come from loopback, which stands for the subnets of a proxy. */
const PLATFORMS = [
  { platform: 'nginx, Caddy, ingress-nginx', forwarded: CLIENT, express: 'loopback', koa: 1 },
  { platform: 'AWS ALB, Cloudflare', forwarded: `${INVENTED}, ${CLIENT}`, express: 'loopback', koa: 1 },
  { platform: 'Fly.io', forwarded: `${INVENTED}, ${CLIENT}, ${OWN}`, express: 2, koa: 2 },
] as const

const gateOf = (): Gate =>
  createGate({ secret: 'a secret of the tests, long enough to be one', log: () => undefined })

function onExpress(gate: Gate, trust: string | number): RequestListener {
  const app = express()
  app.set('trust proxy', trust)
  app.use(
    expressTurnpike(gate).ceiling('5/1m'),
    (request, response) => void response.end(request.turnpike?.caller.id),
  )
  return app
}

function onKoa(gate: Gate, maxIpsCount: number): RequestListener {
  const app = new Koa({ proxy: true, maxIpsCount })
  app.use(koaTurnpike(gate).ceiling('5/1m')).use((ctx) => void (ctx.body = ctx.state.turnpike?.caller.id))
  const listener = app.callback()
  return (request, response) => void listener(request, response)
}

function onNode(gate: Gate, field: string): RequestListener {
  const ip = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) =>
    String(headers[field] ?? '')
      .split(',')
      .at(-1)
      ?.trim()
  return nodeTurnpike(gate, { ip }).ceiling('5/1m')(
    (request, response) => void response.end(admission(request)?.caller.id),
  )
}

describe.each(PLATFORMS)('a caller behind $platform', ({ platform, forwarded, ...settings }) => {
  const isFly = platform === 'Fly.io'
  const listeners = {
    express: onExpress(gateOf(), settings.express),
    koa: onKoa(gateOf(), settings.koa),
    node: onNode(gateOf(), isFly ? 'fly-client-ip' : 'x-forwarded-for'),
  }
  const servers = new Map<string, Server>()
  beforeAll(async () => {
    for (const [name, listener] of Object.entries(listeners)) {
      const server = createServer(listener).listen(0, '127.0.0.1')
      await once(server, 'listening')
      servers.set(name, server)
    }
  })
  afterAll(() => {
    for (const server of servers.values()) server.close()
  })

  test.each(['express', 'koa', 'node'] as const)(
    'is counted by its own address on %s, whatever it writes',
    async (name) => {
      const address = servers.get(name)?.address()
      const port = typeof address === 'object' ? address?.port : undefined
      const headers = { 'x-forwarded-for': forwarded, ...(isFly && { 'fly-client-ip': CLIENT }) }
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers })
      expect(await answer.text()).toBe(CLIENT)
    },
  )
})
