import { describe, expect, test } from '@jest/globals'
import { CREDENTIAL_META, type McpClientEvent, withTurnpike } from '@turnpike/mcp'
import { serverName } from '../src/server-name.ts'
import { metaIn } from './refused-result.ts'

describe('a server elsewhere (R35)', () => {
  /** The answer of a gate that wants work. */
  const problem = {
    type: 'about:blank',
    title: '',
    detail: '',
    status: 402,
    code: 'proof_required',
    offers: [
      {
        rail: 'pow',
        challenge: 'A'.repeat(100),
        difficulty: 1,
        target: '0fffffff',
        count: 1,
        algorithm: 'sha256',
        expectedHashes: 16,
        expiresAt: 4_000_000_000,
      },
    ],
  }

  test.each([
    ['http://192.0.2.1/mcp', false],
    ['http://mcp.example/mcp', false],
    ['ws://mcp.example/mcp', false],
    ['http://localhost.example/mcp', false],
    ['https://mcp.example/mcp', true],
    ['wss://mcp.example/mcp', true],
    ['http://127.0.0.1:8000/mcp', true],
    ['http://[::1]/mcp', true],
    ['http://localhost/mcp', true],
  ])('at %s is shown credentials: %p', async (address, isShown) => {
    const shown: unknown[] = []
    const events: McpClientEvent[] = []
    const bare = {
      _url: new URL(address),
      onmessage: undefined as ((message: object) => void) | undefined,
      async send({ id, params }: { id: number; params: { _meta?: Record<string, unknown> } }) {
        const credential = metaIn(params, CREDENTIAL_META)
        shown.push(credential)
        const error = { code: 402, message: '', data: problem }
        const answer = credential === undefined ? { error } : { result: {} }
        setImmediate(() => bare.onmessage?.({ jsonrpc: '2.0', id, ...answer }))
      },
    }
    const transport = withTurnpike(bare, { onEvent: (event) => events.push(event) })
    const answered = new Promise((resolve) => {
      Object.assign(transport, { onmessage: resolve })
    })
    await transport.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 't' } } as never)
    await answered
    expect(shown.filter((text) => text !== undefined)).toHaveLength(isShown ? 1 : 0)
    const reasons = events.map((event) => (event.type === 'gaveUp' ? event.reason : undefined))
    expect(reasons.includes('plain_http')).toBe(!isShown)
  })
})

describe('the name of a server in the ledger', () => {
  test.each<[string, object, string]>([
    [
      'an address, without path and query',
      { _url: new URL('https://a.example:8443/mcp?key=1') },
      'https://a.example:8443',
    ],
    ['a command line', { _serverParams: { command: 'python', args: ['s.py'] } }, 'stdio:["python",["s.py"]]'],
  ])('is made of %s', (_what, transport, name) => {
    expect(serverName(transport)).toBe(name)
  })

  test('may be given, but not in place of an address, which says whether it is encrypted (R35)', () => {
    expect(serverName({ _serverParams: { command: 'python' } }, 'my-server')).toBe('my-server')
    expect(serverName({ _url: new URL('http://a.example/mcp') }, 'my-server')).toBe('http://a.example')
  })

  test('is good for one connection where nothing is known', () => {
    expect(serverName({})).toMatch(/^local:/)
    expect(serverName({})).not.toBe(serverName({}))
  })
})
