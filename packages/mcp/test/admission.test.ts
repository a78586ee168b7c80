import { describe, expect, test } from '@jest/globals'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport as Memory1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer as Server1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { Client as Client2, InMemoryTransport as Memory2 } from '@modelcontextprotocol/client'
import { McpServer as Server2 } from '@modelcontextprotocol/server'
import { createGate, type Meters } from '@turnpike/core'
import { admission, gateMcpServer } from '@turnpike/mcp'
import { EventEmitter, once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { metaIn } from './refused-result.ts'

const CHALLENGE = 'io.github.turnpike/challenge'
const WHO = { name: 'sample', version: '1.0.0' }
const METERS: Meters = { tokens: { limit: '100/1h', estimate: 10 } }

const GENERATIONS = [
  ['SDK 1.x', Server1, Client1, Memory1],
  ['SDK 2.x', Server2, Client2, Memory2],
] as const

/** A server with tools that report what they use, and a client on it. */
async function opened([, Server, Client, Memory]: (typeof GENERATIONS)[number]) {
  const gate = createGate({ secret: 'a secret of the tests, long enough to be one', log: () => undefined })
  const server = new Server(WHO) as Server1
  const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] })
  server.registerTool('ask', {}, async () => {
    await pause(1)
    admission()?.meter('tokens', 40)
    await pause(1)
    return text(`${admission()?.policy}: ${admission()?.remaining('tokens')}`)
  })
  const slow = new EventEmitter()
  server.registerTool('slow', {}, async () => {
    await once(slow, 'done')
    return text('done')
  })
  server.registerTool('plain', {}, async () => text(typeof admission()))
  gateMcpServer(server, gate, {
    tools: { ask: { meters: METERS }, slow: { inFlight: 2 }, plain: { free: '9/1m' } },
  })
  const client = new Client(WHO) as Client1
  const [here, there] = Memory.createLinkedPair()
  await Promise.all([server.connect(there as never), client.connect(here as never)])
  const call = async (name: string) => {
    const result = await client.callTool({ name, arguments: {} })
    await gate.drain()
    const [first] = result.content as [{ text: string }]
    const problem: { readonly code?: string } | undefined = metaIn(result as never, CHALLENGE)
    return { text: first.text, problem }
  }
  return { gate, call, slow, close: async () => await Promise.all([client.close(), gate.close()]) }
}

describe.each(GENERATIONS)('a tool of %s', (...generation) => {
  test('finds its admission, and reports what it used (R33)', async () => {
    const { call, close } = await opened(generation)
    expect([(await call('ask')).text, (await call('ask')).text]).toEqual(['tool ask: 60', 'tool ask: 20'])
    expect((await call('ask')).text).toBe('tool ask: 0')
    expect((await call('ask')).problem).toMatchObject({ code: 'meter_exhausted', status: 429 })
    await close()
  })

  test('without meters finds none, and costs nothing to follow', async () => {
    const { call, close } = await opened(generation)
    expect((await call('plain')).text).toBe('undefined')
    await close()
  })

  test('runs no more often at once than its policy says', async () => {
    const { call, close, slow } = await opened(generation)
    const running = [call('slow'), call('slow')]
    expect((await call('slow')).problem?.code).toBe('in_flight_limit')
    slow.emit('done')
    const [first, second] = await Promise.all(running)
    expect([first?.text, second?.text]).toEqual(['done', 'done'])
    const next = call('slow')
    while (slow.listenerCount('done') === 0) await pause(1)
    slow.emit('done')
    expect((await next).text).toBe('done')
    await close()
  })
})

test('outside a call there is no admission', () => {
  expect(admission()).toBeUndefined()
})
