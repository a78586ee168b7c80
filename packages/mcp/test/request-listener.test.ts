import { describe, expect, test } from '@jest/globals'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { requestListener, type WebHandler, type WebHandlerOptions } from '@turnpike/mcp'
import express from 'express'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { openSampleGate, sampleServer2 } from './servers/sample-server.js'

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'open', arguments: {} } }
const POST = {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body: JSON.stringify(CALL),
}

/** Sends one call to a listener, and tells what came back. */
async function ask(listener: RequestListener, post: RequestInit = POST): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    return await (await fetch(`http://127.0.0.1:${port}/mcp`, post)).text()
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** A gated server, and the addresses that its gate was told. */
function gatedHandler() {
  const ips: (string | undefined)[] = []
  const gate = openSampleGate({
    caller: (view) => {
      ips.push(view.ip)
      return undefined
    },
  })
  const policies = { tools: { '*': { free: '10/1m' } } } as const
  return { ips, handler: createMcpHandler(() => sampleServer2(gate, [], policies)) }
}

/** A handler that notes what it was told. */
function noting(): WebHandler & { readonly told: WebHandlerOptions[] } {
  const told: WebHandlerOptions[] = []
  return {
    told,
    async fetch(request, options = {}) {
      told.push(options)
      return new Response(await request.text())
    },
  }
}

describe('requestListener', () => {
  test('refuses to guess whose request it is where toNodeHandler is another one', async () => {
    const careless = requestListener(noting(), (handler) => async (_request, response: { end(): void }) => {
      await handler.fetch(new Request('http://x/')).catch((error: unknown) => caught.push(error))
      response.end()
    })
    const caught: unknown[] = []
    await ask((request, response) => void careless(request, response))
    expect(caught).toEqual([expect.objectContaining({ name: 'TypeError' })])
  })

  test.each([
    [undefined, {}],
    [
      { token: 't', clientId: 'c', scopes: ['s'] },
      { authInfo: { token: 't', clientId: 'c', scopes: ['s'] } },
    ],
  ])(
    'tells the handler of %j as the token verifier left it, and of nothing of its own',
    async (auth, told) => {
      const handler = noting()
      const listener = requestListener(handler, toNodeHandler)
      const text = await ask((request, response) => void listener(Object.assign(request, { auth }), response))
      expect(handler.told).toEqual([{ ...told, parsedBody: CALL }])
      expect(JSON.parse(text)).toEqual(CALL)
    },
  )

  const long = JSON.stringify({ ...CALL, padding: 'é'.repeat(10_000) })
  const bodies: readonly (readonly [string, string, RequestInit])[] = [
    ['is no JSON', '{"jsonrpc": é', {}],
    ['is empty', '', {}],
    ['is long', long, {}],
    ['is of another type', POST.body, { headers: { 'content-type': 'text/plain' } }],
    ['is encoded', POST.body, { headers: { ...POST.headers, 'content-encoding': 'identity' } }],
    ['has no length', POST.body, { body: new Blob([POST.body]).stream(), duplex: 'half' }],
  ]
  test.each(bodies)('leaves a body that %s to the handler, as it came', async (_what, body, how) => {
    const handler = noting()
    const listener = requestListener(handler, toNodeHandler)
    const text = await ask((request, response) => void listener(request, response), { ...POST, body, ...how })
    expect([text, handler.told]).toEqual([body, [{}]])
  })

  test('outlives a client that leaves in the middle of its body', async () => {
    const handler = noting()
    const listener = requestListener(handler, toNodeHandler)
    const served: Promise<void>[] = []
    const server = createServer((request, response) => {
      served.push(listener(request, response))
      request.socket.destroy()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    const head = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n'
    socket.write(`${head}{"jsonrpc":`)
    await once(socket, 'close')
    expect(await Promise.all(served)).toEqual([undefined])
    expect(handler.told).toEqual([])
    server.close()
  })

  test('knows the address of a caller whose body was read by Express, and of one behind a proxy', async () => {
    const { ips, handler } = gatedHandler()
    const app = express().set('trust proxy', true).use(express.json())
    app.post('/mcp', requestListener(handler, toNodeHandler))
    expect(await ask(app as never)).toContain('"result"')
    const behind = requestListener(handler, toNodeHandler, () => '203.0.113.9')
    expect(await ask((request, response) => void behind(request, response))).toContain('"result"')
    expect(ips).toEqual(['127.0.0.1', '203.0.113.9'])
  })
})
