/** A server with sessions that uses all that the protocol has: back-requests, progress, notifications, cancellation. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { anyOf, createGate, type LightningBackend, memoryStore, pow, sats } from '@turnpike/core'
import { gateMcpServer } from '@turnpike/mcp'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

export interface TalkingServer {
  readonly url: string
  /** What happened: tools that ran, calls that were cancelled, sessions that ended. */
  readonly happened: string[]
  /** Header fields of the last request. */
  last(): IncomingMessage['headers']
  /** Bodies of all requests. */
  readonly bodies: string[]
  /** Answers the next requests by itself. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  /** As a restart does. */
  forgetSessions(): void
  close(): Promise<void>
}

const FLAT = { quota: false, adaptive: false } as const
const SOLD = { sold: { require: sats(10) }, either: { require: anyOf(pow(4, FLAT), sats(10)) } }

/** @param lightning - gets paid for the tools `sold` and `either` */
export async function openTalkingServer(lightning?: LightningBackend): Promise<TalkingServer> {
  const happened: string[] = []
  const bodies: string[] = []
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const gate = createGate({
    secret: 'a secret of the tests, long enough to be one',
    store: memoryStore(),
    log: () => undefined,
    ...(lightning === undefined ? {} : { lightning }),
  })
  let headers: IncomingMessage['headers'] = {}

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    headers = request.headers
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    bodies.push(body)
    if (talking.intercept?.(request, response) === true) return
    const id = request.headers['mcp-session-id']
    const known = sessions.get(String(id))
    if (known === undefined && id !== undefined) {
      response.writeHead(404).end()
      return
    }
    const transport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (opened) => void sessions.set(opened, transport),
        onsessionclosed: () => void happened.push('goodbye'),
      })
    if (known === undefined) {
      const server = gateMcpServer(makeServer(happened), gate, {
        tools: {
          heavy: { require: pow({ bits: 14 }, FLAT) },
          endless: { require: pow({ bits: 32 }, FLAT) },
          rare: { free: '1/1s' },
          never: { free: '1/1h' },
          ...(lightning === undefined ? {} : SOLD),
        },
      })
      await server.connect(transport)
    }
    await transport.handleRequest(request, response, body === '' ? undefined : JSON.parse(body))
  }

  const http = createServer((request, response) => void answer(request, response))
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const talking: TalkingServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    happened,
    bodies,
    last: () => headers,
    intercept: undefined,
    forgetSessions: () => sessions.clear(),
    async close() {
      http.closeAllConnections()
      http.close()
      await gate.close()
    },
  }
  return talking
}

function makeServer(happened: string[]): McpServer {
  const server = new McpServer({ name: 'talking', version: '1.0.0' }, { capabilities: { logging: {} } })
  const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })
  for (const name of ['heavy', 'endless', 'rare', 'never', 'sold', 'either']) {
    server.registerTool(name, { inputSchema: { n: z.number().optional() } }, ({ n }) => {
      happened.push(`${name}:${n}`)
      return text(`${name}:${n}`)
    })
  }
  server.registerTool('ask', {}, async () => {
    const sampled = await server.server.createMessage({
      messages: [{ role: 'user', content: { type: 'text', text: 'which way?' } }],
      maxTokens: 5,
    })
    const elicited = await server.server.elicitInput({
      message: 'sure?',
      requestedSchema: { type: 'object', properties: { sure: { type: 'boolean' } } },
    })
    return text(JSON.stringify([sampled.content, elicited.content]))
  })
  server.registerTool('count', {}, async ({ _meta, sendNotification }) => {
    for (const progress of [1, 2]) {
      const progressToken = _meta?.progressToken ?? 0
      // Hosts of the SDK overlook progress that arrives in one piece with the answer.
      await sleep(30)
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress, total: 2 },
      })
    }
    await sendNotification({ method: 'notifications/message', params: { level: 'info', data: 'counted' } })
    await sleep(30)
    return text('counted')
  })
  server.registerTool('wait', {}, async ({ signal }) => {
    happened.push('waiting')
    await sleep(30_000, undefined, { signal }).catch(() => happened.push('cancelled'))
    return text('waited')
  })
  server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text: said }) => text(said))
  return server
}
