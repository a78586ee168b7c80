/** Every way to reach the sample server: clients, and what carries their messages. */
import { Client as Client2, StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client'
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio'
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { InMemoryTransport as Memory1 } from '@modelcontextprotocol/sdk/inMemory.js'
import { createMcpHandler, InMemoryTransport as Memory2 } from '@modelcontextprotocol/server'
import type { Gate } from '@turnpike/core'
import { type McpGateOptions, requestListener } from '@turnpike/mcp'
import type { Problem } from '@turnpike/protocol'
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openSampleGate, SAMPLE_POLICIES, sampleServer1, sampleServer2 } from './servers/sample-server.js'

/** A result, as tests read it. */
export interface SampleResult {
  readonly content: readonly [{ readonly type: string; readonly text: string }]
  readonly isError?: boolean
  readonly structuredContent?: unknown
  readonly _meta?: Readonly<Record<string, Partial<Problem>>>
}

export interface SampleTool {
  readonly name: string
  readonly description?: string
  readonly inputSchema: { readonly properties: Readonly<Record<string, { readonly type: string }>> }
  readonly _meta?: Readonly<Record<string, unknown>>
}

/** What tests use of a client, of either SDK. */
export interface SampleClient {
  connect(transport: never): Promise<unknown>
  callTool(call: { name: string; arguments?: Record<string, unknown>; _meta?: object }): Promise<SampleResult>
  listTools(): Promise<{ readonly tools: readonly SampleTool[] }>
  readResource(call: { uri: string }): Promise<{ readonly contents: readonly [{ readonly text: string }] }>
  getPrompt(call: { name: string }): Promise<{ readonly messages: readonly unknown[] }>
  close(): Promise<void>
}

export interface ClientKind {
  readonly name: string
  make(capabilities?: object): SampleClient
  http(url: URL): object
  stdio(command: { command: string; args: string[] }): object
}

const WHO = { name: 'sample-client', version: '1.0.0' }

export const CLIENTS: readonly ClientKind[] = [
  {
    name: 'SDK 1.x',
    make: (capabilities = {}) => new Client1(WHO, { capabilities }) as unknown as SampleClient,
    http: (url) => new Http1(url),
    stdio: (command) => new Stdio1(command),
  },
  {
    name: 'SDK 2.x legacy',
    make: (capabilities = {}) => new Client2(WHO, { capabilities }) as unknown as SampleClient,
    http: (url) => new Http2(url),
    stdio: (command) => new Stdio2(command),
  },
  {
    name: 'SDK 2.x auto',
    make: (capabilities = {}) =>
      new Client2(WHO, { capabilities, versionNegotiation: { mode: 'auto' } }) as unknown as SampleClient,
    http: (url) => new Http2(url),
    stdio: (command) => new Stdio2(command),
  },
]

/** A server somewhere, and transports that lead to it. */
export interface SampleHost {
  readonly gate: Gate | undefined
  /** Runs of tools; undefined in another process. */
  readonly ran: string[] | undefined
  readonly url: URL | undefined
  transport(client: ClientKind): object
  close(): Promise<void>
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** Makes what answers HTTP requests. */
export type Wiring = (gate: Gate, ran: string[], options: McpGateOptions) => Listener

export const WIRINGS: Readonly<Record<string, Wiring>> = {
  'SDK 1.x on HTTP': (gate, ran, options) => (request, response) => {
    const server = sampleServer1(gate, ran, options)
    const transport = new StreamableHTTPServerTransport()
    response.on('close', () => void transport.close())
    void server.connect(transport).then(async () => await transport.handleRequest(request, response))
  },
  'SDK 1.x on HTTP, JSON answers': (gate, ran, options) => (request, response) => {
    const server = sampleServer1(gate, ran, options)
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    response.on('close', () => void transport.close())
    void server.connect(transport).then(async () => await transport.handleRequest(request, response))
  },
  'SDK 1.x on HTTP with sessions': (gate, ran, options) => {
    const sessions = new Map<string, StreamableHTTPServerTransport>()
    return (request, response) => {
      const known = sessions.get(String(request.headers['mcp-session-id']))
      if (known !== undefined) {
        void known.handleRequest(request, response)
        return
      }
      const transport = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void sessions.set(id, transport),
      })
      const server = sampleServer1(gate, ran, options)
      void server
        .connect(transport as never)
        .then(async () => await transport.handleRequest(request, response))
    }
  },
  'SDK 2.x on HTTP': (gate, ran, options) => {
    const handler = createMcpHandler(() => sampleServer2(gate, ran, options))
    const listener = requestListener(handler, toNodeHandler)
    return (request, response) => void listener(request, response)
  },
  'SDK 2.x transport on HTTP': (gate, ran, options) => (request, response) => {
    const server = sampleServer2(gate, ran, options)
    const transport = new NodeStreamableHTTPServerTransport()
    response.on('close', () => void transport.close())
    void server.connect(transport).then(async () => await transport.handleRequest(request, response))
  },
}

export async function openHttpHost(
  wiring: Wiring | undefined,
  options: McpGateOptions = SAMPLE_POLICIES,
  gate: Gate = openSampleGate(),
): Promise<SampleHost> {
  if (wiring === undefined) throw new Error('no such wiring')
  const ran: string[] = []
  const server = createServer(wiring(gate, ran, options))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`)
  return {
    gate,
    ran,
    url,
    transport: (client) => client.http(url),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
      await gate.close()
    },
  }
}

/** One process per client. */
export function openStdioHost(sdk: '1' | '2'): SampleHost {
  const args = [join(import.meta.dirname, 'servers/stdio.js'), sdk]
  return {
    gate: undefined,
    ran: undefined,
    url: undefined,
    transport: (client) => client.stdio({ command: process.execPath, args }),
    close: async () => undefined,
  }
}

/** One server per client, in this process. */
function openMemoryHost(sdk: '1' | '2'): SampleHost {
  const gate = openSampleGate()
  const ran: string[] = []
  return {
    gate,
    ran,
    url: undefined,
    transport() {
      const [near, far] = sdk === '1' ? Memory1.createLinkedPair() : Memory2.createLinkedPair()
      const server = sdk === '1' ? sampleServer1(gate, ran) : sampleServer2(gate, ran)
      void server.connect(far)
      return near
    },
    close: async () => await gate.close(),
  }
}

export const HOSTS: readonly (readonly [string, () => Promise<SampleHost>])[] = [
  ...Object.entries(WIRINGS).map(([name, wiring]) => [name, async () => await openHttpHost(wiring)] as const),
  ['SDK 1.x in memory', async () => openMemoryHost('1')],
  ['SDK 2.x in memory', async () => openMemoryHost('2')],
  ['SDK 1.x on stdio', async () => openStdioHost('1')],
  ['SDK 2.x on stdio', async () => openStdioHost('2')],
]
