import { afterAll, describe, expect, test } from '@jest/globals'
import { Front } from '../src/front.ts'
import { Relay } from '../src/relay.ts'
import { FakeTransport } from './fake-transport.ts'

const front = new Front({
  path: '/mcp',
  isLocal: true,
  maxSessions: 0,
  idleMs: 60_000,
  open: () => {
    throw new Error('no server was to be started')
  },
  openExchange: undefined,
})
afterAll(async () => {
  await front.close()
})

const HEADERS = {
  host: '127.0.0.1:3403',
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

interface Asked {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

async function ask({ path = '/mcp', method = 'POST', headers = {}, body }: Asked) {
  const url = new URL(path, 'http://127.0.0.1:3403')
  const given = body === undefined ? {} : { body }
  const answer = await front.fetch(
    new Request(url, { method, headers: { ...HEADERS, ...headers }, ...given }),
  )
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}

const call = (params: object): string =>
  JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params })
const modern = (version: string): string =>
  call({
    name: 'x',
    _meta: {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  })
const MODERN_FIELDS = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'x' }
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 7,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
})

describe('a front', () => {
  test.each<[string, Asked, number, RegExp]>([
    ['another path', { path: '/other', body: '{}' }, 404, /Not found/],
    ['a path that begins alike', { path: '/mcp/x', body: '{}' }, 404, /Not found/],
    ['another host (DNS rebinding)', { headers: { host: 'evil.example' }, body: '{}' }, 403, /Host/],
    ['a page of another origin', { headers: { origin: 'https://evil.example' }, body: '{}' }, 403, /Origin/],
    ['no JSON', { body: '{"jsonrpc":' }, 400, /-32700/],
    ['nothing', { body: '' }, 400, /-32700/],
    ['another type', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415, /application\/json/],
    ['too much', { body: `"${'x'.repeat(5_000_000)}"` }, 413, /must not exceed/],
    ['no message', { body: '{"a":1}' }, 400, /-32600/],
    ['a call without a session', { body: call({ name: 'x' }) }, 400, /begin with initialize/],
    [
      'a session that is none',
      { headers: { 'mcp-session-id': 'x' }, body: call({ name: 'x' }) },
      404,
      /not found/,
    ],
    ['a stream of no session', { method: 'GET', headers: { 'mcp-session-id': 'x' } }, 404, /not found/],
    ['a session more than it may have', { body: INITIALIZE }, 503, /"id":7/],
    [
      'a method that the header calls otherwise',
      { headers: { ...MODERN_FIELDS, 'mcp-method': 'ping' }, body: modern('2026-07-28') },
      400,
      /-32020/,
    ],
  ])('refuses %s', async (_what, asked, status, words) => {
    const answer = await ask(asked)
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(words)])
  })

  test('says when to try again where all sessions are taken', async () => {
    expect((await ask({ body: INITIALIZE })).headers.get('retry-after')).toBe('30')
  })

  test('asks clients of 2026-07-28 to open a session where each server is a child', async () => {
    const answer = await ask({ headers: MODERN_FIELDS, body: modern('2026-07-28') })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toMatchObject({
      id: 7,
      error: {
        code: -32_022,
        data: { supported: expect.arrayContaining(['2025-06-18']), requested: '2026-07-28' },
      },
    })
  })
})

describe('sessions of a front', () => {
  test('end when they have been quiet for long, and not while a call is under way', async () => {
    const ups: FakeTransport[] = []
    const lively = new Front({
      path: '/mcp',
      isLocal: true,
      maxSessions: 2,
      idleMs: 1000,
      openExchange: undefined,
      open() {
        const up = new FakeTransport()
        ups.push(up)
        up.onSend = ({ message }) => {
          if ('method' in message && message.method === 'initialize') up.bring({ id: 7, result: {} })
        }
        return new Relay(up, {
          during: async (_request, send) => await send(),
          answered: (message) => message,
          cancelled: () => undefined,
          trouble: () => undefined,
        })
      },
    })
    const post = async (body: string, headers = {}) =>
      await lively.fetch(
        new Request('http://127.0.0.1/mcp', { method: 'POST', body, headers: { ...HEADERS, ...headers } }),
      )
    const [busy, quiet] = await Promise.all([post(INITIALIZE), post(INITIALIZE)])
    const session = { 'mcp-session-id': busy.headers.get('mcp-session-id') ?? '' }
    await post(call({ name: 'x' }), session)
    while (!ups.some(({ isClosed }) => isClosed)) {
      await new Promise((resolve) => {
        setTimeout(resolve, 10)
      })
    }
    expect(ups.map(({ isClosed }) => isClosed)).toEqual([false, true])
    const gone = { 'mcp-session-id': quiet.headers.get('mcp-session-id') ?? '' }
    expect((await post(call({ name: 'x' }), gone)).status).toBe(404)
    await lively.close()
    expect(ups.map(({ isClosed }) => isClosed)).toEqual([true, true])
  })
})
