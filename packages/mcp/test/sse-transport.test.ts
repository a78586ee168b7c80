import { expect, test } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { withTurnpike } from '@turnpike/mcp'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openSampleGate, sampleServer1 } from './servers/sample-server.js'

test('the older HTTP+SSE transport is gated too, and callers are known by address', async () => {
  const ips: (string | undefined)[] = []
  const caller = (view: { readonly ip?: string | undefined }) => void ips.push(view.ip)
  const gate = openSampleGate({ caller })
  const ran: string[] = []
  let transport: SSEServerTransport | undefined
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      transport = new SSEServerTransport('/messages', response)
      void sampleServer1(gate, ran).connect(transport)
    } else void transport?.handlePostMessage(request, response)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/sse`)

  const stock = new Client({ name: 'stock', version: '1.0.0' })
  await stock.connect(new SSEClientTransport(url))
  expect(await stock.callTool({ name: 'paid', arguments: { q: 'x' } })).toMatchObject({ isError: true })
  await stock.close()
  expect(ran).toEqual([])

  const client = withTurnpike(new Client({ name: 'aware', version: '1.0.0' }))
  await client.connect(new SSEClientTransport(url))
  await client.callTool({ name: 'paid', arguments: { q: 'x' } })
  await client.close()
  expect(ran).toEqual(['paid:x'])
  expect(new Set(ips)).toEqual(new Set(['127.0.0.1']))
  server.closeAllConnections()
  server.close()
  await gate.close()
})
