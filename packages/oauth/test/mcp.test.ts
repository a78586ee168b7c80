import {
  Client as Client2,
  ClientCredentialsProvider as Credentials2,
  DpopSession,
  PrivateKeyJwtProvider,
  StreamableHTTPClientTransport as Http2,
} from '@modelcontextprotocol/client'
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node'
import { ClientCredentialsProvider as Credentials1 } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { McpServer } from '@modelcontextprotocol/server'
import { createGate, type Gate } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import { gateMcpServer } from '@turnpike/mcp'
import { type AccessTokens, accessTokens, bearer } from '@turnpike/oauth'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import express from 'express'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import * as z from 'zod'
import { type AuthorizationServer, SECRET, startAuthorizationServer } from './authorization-server.ts'

const WHO = { name: 'headless', version: '1.0.0' }

let as: AuthorizationServer
let server: Server
let url: URL
const close: (() => unknown)[] = []

/** The endpoint demands a token, as MCP has it; the tools behind it may have prices of their own. */
beforeAll(async () => {
  server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/mcp`)
  as = await startAuthorizationServer({ [url.href]: { audience: url.href, format: 'jwt' } })

  const gate = createGate({ secret: 'a secret of the tests, long enough to be one', log: () => undefined })
  const tokens = accessTokens({ issuer: as.issuer, resource: url.href, allowPlainHttp: true })
  const { protect, endpoints } = turnpike(gate)
  const app = express()
  app.use(endpoints())
  app.all('/mcp', protect(bearer(tokens, { scope: 'search' })), async (request, response) => {
    const transport = new NodeStreamableHTTPServerTransport({ enableJsonResponse: true })
    response.on('close', () => void transport.close())
    await toolServer(gate, tokens).connect(transport)
    await transport.handleRequest(request, response)
  })
  server.on('request', app)
  close.push(async () => await gate.close())
})
afterAll(async () => {
  for (const one of close) await one()
  server.closeAllConnections()
  server.close()
  as.close()
})

function toolServer(gate: Gate, tokens: AccessTokens): McpServer {
  const tooled = new McpServer({ name: 'sample', version: '1.0.0' })
  const tools = {
    '*': { free: '60/1m' },
    known: { require: bearer(tokens) },
    admin: { require: bearer(tokens, { scope: 'admin' }) },
  } as const
  gateMcpServer(tooled, gate, { tools })
  for (const name of ['hello', 'known', 'admin']) {
    tooled.registerTool(name, { inputSchema: z.object({}) }, async () => ({
      content: [{ type: 'text', text: name }],
    }))
  }
  return tooled
}

interface AnyClient {
  connect(transport: never): Promise<unknown>
  callTool(call: {
    name: string
    arguments: object
  }): Promise<{ readonly content: readonly [{ readonly text: string }] }>
  close(): Promise<unknown>
}

/** The text that each tool answers. */
async function callTools(
  client: AnyClient,
  transport: object,
  names: readonly string[],
): Promise<readonly string[]> {
  await client.connect(transport as never)
  const texts: string[] = []
  for (const name of names) {
    const { content } = await client.callTool({ name, arguments: {} })
    texts.push(content[0].text)
  }
  await client.close()
  return texts
}

const basic = () => ({ clientId: 'client-basic', clientSecret: SECRET, scope: 'search' })

describe('an MCP server behind bearer()', () => {
  test.each([
    [
      'SDK 1.x, ClientCredentialsProvider',
      () => new Client1(WHO) as unknown as AnyClient,
      async () =>
        new Http1(url, { authProvider: new Credentials1({ ...basic(), expectedIssuer: as.issuer }) }),
    ],
    [
      'SDK 2.x, ClientCredentialsProvider',
      () => new Client2(WHO) as unknown as AnyClient,
      async () =>
        new Http2(url, { authProvider: new Credentials2({ ...basic(), expectedIssuer: as.issuer }) }),
    ],
    [
      'SDK 2.x in its new era',
      () => new Client2(WHO, { versionNegotiation: { mode: 'auto' } }) as unknown as AnyClient,
      async () =>
        new Http2(url, { authProvider: new Credentials2({ ...basic(), expectedIssuer: as.issuer }) }),
    ],
    [
      'SDK 2.x, private_key_jwt',
      () => new Client2(WHO) as unknown as AnyClient,
      async () =>
        new Http2(url, {
          authProvider: new PrivateKeyJwtProvider({
            clientId: 'client-jwt',
            privateKey: { ...as.clientKey },
            algorithm: 'ES256',
            scope: 'search',
            expectedIssuer: as.issuer,
          }),
        }),
    ],
    [
      'SDK 2.x, DPoP',
      () => new Client2(WHO) as unknown as AnyClient,
      async () => new Http2(url, { authProvider: await dpopProvider() }),
    ],
  ])('admits the stock client of %s, without anybody at the keyboard', async (_name, makeClient, open) => {
    const texts = await callTools(makeClient(), await open(), ['hello', 'known', 'admin'])
    // A tool that demands more says so to the model; the endpoint has let the client in.
    expect(texts).toEqual(['hello', 'known', expect.stringContaining('it lacks admin')])
  })

  test('lets nobody in without a token', async () => {
    await expect(callTools(new Client1(WHO) as never, new Http1(url), ['hello'])).rejects.toThrow(
      /identity_required|401/,
    )
  })
})

async function dpopProvider(): Promise<Credentials2> {
  const session = await DpopSession.create()
  class DpopProvider extends Credentials2 {
    async dpop(): Promise<DpopSession> {
      return session
    }
  }
  return new DpopProvider({ ...basic(), clientId: 'client-dpop', expectedIssuer: as.issuer })
}
