import { toNodeHandler } from '@modelcontextprotocol/node'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { StreamableHTTPClientTransport as Http1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StreamableHTTPClientTransport as Http2 } from '@modelcontextprotocol/client'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createFetch } from '@turnpike/client'
import type { IdentitySource, IdentityVerdict } from '@turnpike/core'
import { refuseByStatus } from '@turnpike/mcp'
import { parsePowChallenge, parseWwwAuthenticate } from '@turnpike/protocol'
import { bruteForce } from '@turnpike/testkit'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { CLIENTS, openHttpHost, type SampleHost } from './sample-hosts.ts'
import { SAMPLE_POLICIES, sampleServer1, sampleServer2 } from './servers/sample-server.js'

type Gate = Parameters<typeof sampleServer1>[0]
type Serve = (
  gate: Gate,
  ran: string[],
) => (request: IncomingMessage, response: ServerResponse, body: unknown) => void

/** Tokens are called by what is wrong with them. */
const tokens: IdentitySource = {
  kind: 'bearer',
  verify(view) {
    const shown = /^Bearer (.+)$/.exec(view.header('authorization') ?? '')?.[1]
    return shown === undefined ? undefined : Promise.resolve(verdictOf(shown))
  },
  challenges: (scope, fault) => [`Bearer scope="${scope.join(' ')}", error="${fault?.error ?? ''}"`],
}

function verdictOf(shown: string): IdentityVerdict {
  if (shown === 'bearer_expired')
    return { outcome: 'invalid', code: 'bearer_expired', error: 'invalid_token', detail: 'it is too old' }
  if (shown === 'identity_unavailable') return { outcome: 'unavailable', detail: 'nobody answers' }
  const scopes = shown === 'bearer_scope' ? ['read'] : ['read', 'admin']
  const identity = { source: 'bearer', class: 'agent', id: shown, subject: shown, scopes } as const
  return { outcome: 'verified', identity }
}

/** A tool that wants a token which grants `admin`. */
const GUARDED = 'limited_1'
const POLICIES = {
  ...SAMPLE_POLICIES,
  tools: {
    ...SAMPLE_POLICIES.tools,
    [GUARDED]: { require: { rail: 'bearer', terms: { source: tokens, scope: 'admin' } } },
  },
} as const

const SERVERS: readonly (readonly [string, Serve])[] = [
  [
    'SDK 1.x',
    (gate, ran) => (request, response, body) => {
      const server = sampleServer1(gate, ran, POLICIES)
      const transport = new StreamableHTTPServerTransport()
      response.on('close', () => void transport.close())
      void server.connect(transport).then(async () => await transport.handleRequest(request, response, body))
    },
  ],
  [
    'SDK 2.x',
    (gate, ran) => {
      const handler = toNodeHandler(createMcpHandler(() => sampleServer2(gate, ran, POLICIES)))
      return (request, response, body) => void handler(request as never, response, body)
    },
  ],
]

const ACCEPT = { accept: 'application/json, text/event-stream' }

function call(name: string, given: object = {}, id = 1): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: given } }
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

/** Another message for the middleware than for the transport; undefined: the same. */
let toldMiddleware: ((body: unknown) => unknown) | undefined

describe.each(SERVERS)('a server of %s that refuses by status', (_sdk, serve) => {
  let host: SampleHost
  beforeEach(async () => {
    toldMiddleware = undefined
    host = await openHttpHost((gate, ran) => {
      const refuse = refuseByStatus(gate, POLICIES)
      const listen = serve(gate, ran)
      const answer = async (request: IncomingMessage, response: ServerResponse) => {
        const body: unknown = JSON.parse((await text(request)) || 'null')
        const parsed = Object.assign(request, { body: toldMiddleware ? toldMiddleware(body) : body })
        refuse(parsed, response, () => listen(request, response, body ?? undefined))
      }
      return (request, response) => void answer(request, response)
    })
  })
  afterEach(async () => {
    await host.close()
  })

  async function post(body: object, headers: Record<string, string> = {}): Promise<Response> {
    const fields = { 'content-type': 'application/json', ...ACCEPT, ...headers }
    return await fetch(host.url!, { method: 'POST', headers: fields, body: JSON.stringify(body) })
  }

  async function solution(name: string, given: object = {}): Promise<Record<string, string>> {
    const { headers } = await post(call(name, given))
    const offers = parseWwwAuthenticate(headers.get('www-authenticate') ?? '').map(parsePowChallenge)
    const offer = offers.find((one) => one !== undefined)
    if (offer === undefined) throw new Error('no challenge')
    return { 'x-pow-solution': bruteForce(offer) }
  }

  test('sends 402 with a challenge in its header, and a JSON-RPC error with the problem', async () => {
    const response = await post(call('paid', {}, 7))
    expect(response.status).toBe(402)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const data = { code: 'proof_required', resource: 'paid', status: 402 }
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: 7, error: { code: 402, data } })
  })

  test('sends 429 with Retry-After', async () => {
    expect((await post(call('limited'))).status).toBe(200)
    const refused = await post(call('limited'))
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toMatch(/^[1-4]$/)
    expect(host.ran).toEqual(['limited:'])
  })

  test('admits a solution in its header once, bound to the arguments (R34)', async () => {
    const proof = await solution('paid', { q: 'a' })
    expect((await post(call('paid', { q: 'b' }), proof)).status).toBe(402)
    const passed = await post(call('paid', { q: 'a' }), proof)
    expect(passed.status).toBe(200)
    expect(await passed.text()).toContain('"usesLeft":0')
    const again = await post(call('paid', { q: 'a' }), proof)
    expect(await again.json()).toMatchObject({ error: { data: { code: 'credential_spent' } } })
    expect(host.ran).toEqual(['paid:a'])
  })

  test('does not spend a solution on a request that the transport turns away', async () => {
    const proof = await solution('paid')
    expect((await post(call('paid'), { ...proof, accept: 'text/html' })).status).toBe(406)
    await host.gate?.drain()
    expect((await post(call('paid'), proof)).status).toBe(200)
    expect(host.ran).toEqual(['paid:'])
  })

  test.each([
    ['a batch', [call('paid')]],
    ['a call without an id', { jsonrpc: '2.0', method: 'tools/call', params: { name: 'paid' } }],
    ['arguments nested too deep', call('paid', { q: nested(99) })],
  ])('leaves %s to the gate behind, which runs nothing', async (_what, body) => {
    await (await post(body)).text()
    expect(host.ran).toEqual([])
  })

  test.each<[string, (body: unknown) => unknown]>([
    ['nothing, as without a parser', () => undefined],
    ['a call that is not gated', () => call('open')],
    ['a call that was paid for, but another', () => call('paid', { q: 'other' })],
  ])('runs nothing when the middleware is told of %s', async (_what, told) => {
    const proof = await solution('paid', { q: 'other' })
    toldMiddleware = told
    const response = await post(call('paid', { q: 'x' }), proof)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('"isError":true')
    expect(host.ran).toEqual([])
  })

  test('lets opening requests, lists and open tools alone', async () => {
    const list = await post({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} })
    expect(await list.text()).toContain('turnpike_credential')
    expect((await post(call('open'))).status).toBe(200)
  })

  test.each(CLIENTS.map((kind, index) => [kind.name, kind, index === 0 ? Http1 : Http2] as const))(
    'lets a client of %s through whose fetch works for it',
    async (_kind, kind, Http) => {
      const client = kind.make()
      await client.connect(new Http(host.url!, { fetch: createFetch() }) as never)
      const passed = await client.callTool({ name: 'paid', arguments: { q: 'f' } })
      expect(passed.content[0].text).toBe('paid:f:q')
      await client.close()
    },
  )

  test.each([
    ['identity_required', 401, undefined, 'Bearer scope="admin", error=""'],
    ['bearer_expired', 401, 'bearer_expired', 'Bearer scope="admin", error="invalid_token"'],
    ['bearer_scope', 403, 'bearer_scope', 'Bearer scope="admin", error="insufficient_scope"'],
    ['identity_unavailable', 503, 'identity_unavailable', null],
  ])('R32 sends %s as %i', async (code, status, token, challenge) => {
    const refused = await post(call(GUARDED), token === undefined ? {} : { authorization: `Bearer ${token}` })
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([status, challenge])
    expect(await refused.json()).toMatchObject({ id: 1, error: { code: status, data: { code, status } } })
    expect(host.ran).toEqual([])
  })

  test('admits a token that grants enough', async () => {
    expect((await post(call(GUARDED), { authorization: 'Bearer good' })).status).toBe(200)
    expect(host.ran).toEqual([`${GUARDED}:`])
  })

  test('shows a stock client no more than the status', async () => {
    const client = CLIENTS[0]!.make()
    await client.connect(new Http1(host.url!) as never)
    await expect(client.callTool({ name: 'paid' })).rejects.toMatchObject({ code: 402 })
    await client.close()
  })
})
