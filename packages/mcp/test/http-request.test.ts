import { describe, expect, test } from '@jest/globals'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { withRequest } from '@turnpike/mcp'
import { CLIENTS, openHttpHost, type Wiring, WIRINGS } from './sample-hosts.ts'
import { openSampleGate, sampleServer2 } from './servers/sample-server.js'

const byHand: Wiring = (gate, ran, options) => {
  const handler = toNodeHandler(createMcpHandler(() => sampleServer2(gate, ran, options)))
  return (request, response) =>
    void withRequest(request, async () => await handler(request as never, response as never))
}

const POLICIES = { tools: { '*': { free: '2/1m' } } } as const

/** A gate, and the callers that it was told of. */
function watchedGate() {
  const lines: string[] = []
  const ips: (string | undefined)[] = []
  const gate = openSampleGate({
    log: (line) => lines.push(line),
    caller: (view) => {
      ips.push(view.ip)
      return undefined
    },
  })
  return { gate, lines, ips }
}

describe.each(Object.entries({ ...WIRINGS, 'SDK 2.x on HTTP, withRequest': byHand }))(
  '%s',
  (_name, wiring) => {
    test.each(CLIENTS.map((kind) => [kind.name, kind] as const))(
      'knows the address of a client of %s, whose sessions share one allowance (R8)',
      async (_kind, kind) => {
        const { gate, lines, ips } = watchedGate()
        const host = await openHttpHost(wiring, POLICIES, gate)
        const results: (boolean | undefined)[] = []
        for (let session = 0; session < 3; session++) {
          const client = kind.make()
          await client.connect(host.transport(kind) as never)
          results.push((await client.callTool({ name: 'open', arguments: {} })).isError)
          await client.close()
        }
        expect(ips).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1'])
        expect(results).toEqual([undefined, undefined, true])
        expect(lines.filter((line) => line.includes('address_unknown'))).toEqual([])
        await host.close()
      },
    )
  },
)

describe('withRequest', () => {
  const request = {
    method: 'POST',
    url: '/mcp',
    headers: {},
    rawHeaders: [],
    socket: { remoteAddress: '192.0.2.1' },
  }

  test("takes the framework's own answer for the address before the peer's, and the caller's before both", async () => {
    const { gate, ips } = watchedGate()
    const host = await openHttpHost(
      (ownGate, ran, options) => {
        const plain = WIRINGS['SDK 1.x on HTTP']?.(ownGate, ran, options)
        return (incoming, response) => {
          const framework = Object.assign(incoming, { ip: '198.51.100.7' })
          const named = incoming.headers['x-test'] === 'named' ? '203.0.113.9' : undefined
          withRequest(framework, () => plain?.(incoming, response), named)
        }
      },
      POLICIES,
      gate,
    )
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'open', arguments: {} } }
    for (const named of ['no', 'named']) {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'x-test': named,
      }
      await (await fetch(host.url!, { method: 'POST', headers, body: JSON.stringify(message) })).text()
    }
    expect(ips).toEqual(['198.51.100.7', '203.0.113.9'])
    await host.close()
  })

  test('gives back what the handler returns, and throws what it throws', () => {
    expect(withRequest(request as never, () => 7)).toBe(7)
    expect(() =>
      withRequest(request as never, () => {
        throw new Error('x')
      }),
    ).toThrow('x')
  })
})
