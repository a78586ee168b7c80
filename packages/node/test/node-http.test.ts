import { turnpike, type NodeOptions, type Wrap } from '@turnpike/node'
import { createRawHttp, type RawClient } from '@turnpike/testkit'
import { afterEach, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'

const open: { server?: Server; client?: RawClient } = {}

afterEach(() => {
  open.client?.close()
  open.server?.closeAllConnections()
  open.server?.close()
})

async function serve(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): Promise<RawClient> {
  const server = createServer((request, response) => void listener(request, response))
  open.server = server
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  open.client = createRawHttp(`http://127.0.0.1:${port}`)
  return open.client
}

/** An adapter of a new gate, what it reports, and an app-wide limit. */
function gated(options: NodeOptions = {}) {
  const errors: unknown[] = []
  const endings: (readonly [string, number | undefined])[] = []
  const adapter = turnpike({ log: () => undefined }, { onError: (error) => errors.push(error), ...options })
  adapter.gate.on('ended', ({ ending, status }) => endings.push([ending, status]))
  const limited: Wrap = adapter.ceiling('100/1m')
  return { adapter, limited, errors, endings }
}

describe('node:http listener', () => {
  test('has the types of the server that it is for, and what it is wrapped in may be taken apart', () => {
    const { protect, endpoints } = gated().adapter
    const plain = createServer(endpoints()(protect()((_request, response) => response.writeHead(200).end())))
    const answer = (request: Http2ServerRequest, response: Http2ServerResponse) =>
      response.end(request.authority)
    const http2 = createHttp2Server(endpoints()(protect()(answer)))
    expect([plain.listenerCount('request'), http2.listenerCount('request')]).toEqual([1, 1])
  })

  test('that throws gives a bare 500, whose body fields are not those of the answer that failed', async () => {
    const { limited, errors, endings, adapter } = gated()
    const client = await serve(
      limited((_request: IncomingMessage, response: ServerResponse) => {
        response.setHeader('Content-Length', '100')
        response.setHeader('Cache-Control', 'public, max-age=60')
        throw new Error('secret detail')
      }),
    )
    const answer = await client.send({ path: '/' })
    expect([answer.status, answer.text, answer.field('Cache-Control')]).toEqual([500, '', undefined])
    expect(answer.field('Turnpike-Admission')).toBe('free')
    await adapter.gate.drain()
    expect(errors).toEqual([new Error('secret detail')])
    expect(endings).toEqual([['errored', undefined]])
  })

  test('that rejects with the header out breaks the answer off', async () => {
    const { limited, errors, endings, adapter } = gated()
    const client = await serve(
      limited(async (_request: IncomingMessage, response: ServerResponse) => {
        response.write('half')
        await Promise.reject(new Error('late'))
      }),
    )
    await expect(client.send({ path: '/' })).rejects.toThrow('hang up')
    await adapter.gate.drain()
    expect(errors).toEqual([new Error('late')])
    expect(endings).toEqual([['errored', 200]])
  })

  test('that throws within several policies is answered once, with a 500 that the outer ones see', async () => {
    const { adapter, limited, errors, endings } = gated()
    const inner = adapter.protect({ free: '5/1m', name: 'inner' })
    const client = await serve(
      limited(
        inner(() => {
          throw new Error('deep')
        }),
      ),
    )
    expect((await client.send({ path: '/' })).status).toBe(500)
    await adapter.gate.drain()
    expect(errors).toHaveLength(1)
    expect(endings).toEqual([
      ['errored', undefined],
      ['completed', 500],
    ])
  })

  test('R8 takes the address from the ip option', async () => {
    const { adapter } = gated({ ip: ({ headers }) => String(headers['x-real-ip']) })
    const client = await serve(
      adapter.ceiling('1/1m')((_request: IncomingMessage, response: ServerResponse) => response.end()),
    )
    const statusFrom = async (ip: string): Promise<number> =>
      (await client.send({ path: '/', headers: { 'X-Real-IP': ip } })).status
    const statuses = [
      await statusFrom('192.0.2.1'),
      await statusFrom('192.0.2.2'),
      await statusFrom('192.0.2.1'),
    ]
    expect(statuses).toEqual([200, 200, 429])
  })
})
