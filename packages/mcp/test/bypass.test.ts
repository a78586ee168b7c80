/** Ways around the gate that others left open: nothing here may run a priced tool. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CHALLENGE_META, CREDENTIAL_META } from '@turnpike/mcp'
import { openHttpHost, type SampleHost, type SampleResult, WIRINGS } from './sample-hosts.ts'
import { credentialFor, metaIn } from './refused-result.ts'

const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
}

function call(id: unknown, more: object = {}): object {
  return {
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'paid', arguments: { q: 'b' } },
    ...more,
  }
}

interface Message {
  readonly result?: SampleResult
}

interface Answered {
  readonly status: number
  /** All JSON-RPC messages of the answer, whatever it came as. */
  readonly messages: readonly Message[]
}

describe.each(Object.entries(WIRINGS))('%s', (_name, wiring) => {
  let host: SampleHost
  let session: Record<string, string>
  beforeEach(async () => {
    host = await openHttpHost(wiring)
    session = {}
    session = await openSession()
  })
  afterEach(async () => {
    await host.close()
  })

  async function post(body: string | object, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await fetch(host.url!, {
      method: 'POST',
      headers: { ...HEADERS, ...session, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(700),
    }).catch(() => undefined)
    const text = (await response?.text().catch(() => '')) ?? ''
    const parts = /^(event|id|data|:)/.test(text)
      ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => data)
      : [text]
    return { status: response?.status ?? 0, messages: parts.filter((part) => part !== '').flatMap(parsed) }
  }

  /** The field that names the session, where the server has such. */
  async function openSession(): Promise<Record<string, string>> {
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 'open', method: 'initialize', params })
    const response = await fetch(host.url!, { method: 'POST', headers: HEADERS, body })
    await response.text()
    const id = response.headers.get('mcp-session-id')
    return id === null ? {} : { 'mcp-session-id': id }
  }

  test('refuses each call of a batch', async () => {
    const { messages } = await post([call(1), call(2), call(3, { method: 'ping', params: {} })])
    expect(host.ran).toEqual([])
    const refused = messages.filter(({ result }) => metaIn(result, CHALLENGE_META))
    expect([0, 2]).toContain(refused.length)
  })

  test('lets one solution through once, however often a batch shows it', async () => {
    const { messages } = await post(call(1))
    const given = { q: 'b', turnpike_credential: credentialFor(messages[0]?.result) }
    const proven = (id: number) => call(id, { params: { name: 'paid', arguments: given } })
    await post([proven(1), proven(2), proven(3), proven(4)])
    await post(proven(5))
    await post(proven(6))
    expect(host.ran).toEqual(['paid:b'])
  })

  test('runs no call twice for two with one id', async () => {
    const { messages } = await post(call(1))
    const turnpike_credential = credentialFor(messages[0]?.result)
    const proven = call(7, { params: { name: 'paid', arguments: { q: 'b', turnpike_credential } } })
    await post([proven, call(7), call(7)])
    expect(host.ran!.length).toBeLessThanOrEqual(1)
  })

  test.each([
    ['says that it calls another tool', { 'mcp-method': 'tools/call', 'mcp-name': 'open' }],
    ['says that it lists', { 'mcp-method': 'tools/list' }],
  ])('does not believe a header that %s', async (_what, headers) => {
    await post(call(1), headers)
    const modern = { params: { name: 'paid', arguments: {}, _meta: ENVELOPE } }
    await post(call(2, modern), { ...headers, 'mcp-protocol-version': '2026-07-28' })
    expect(host.ran).toEqual([])
  })

  test.each([
    ['a notification', { jsonrpc: '2.0', method: 'tools/call', params: { name: 'paid', arguments: {} } }],
    ['a call with id null', call(null)],
    ['a call with an object for an id', call({ a: 1 })],
    ['a call that also is an answer', call(1, { result: {} })],
    ['a call that also is an error', call(1, { error: { code: 1, message: 'x' } })],
    ['a method in another case', call(1, { method: 'Tools/Call' })],
    ['a method with blanks', call(1, { method: ' tools/call ' })],
    ['a method with a line break', call(1, { method: 'tools/call\n' })],
    ['a list in place of a method', call(1, { method: ['tools/call'] })],
    ['a list in place of a name', call(1, { params: { name: ['paid'], arguments: {} } })],
    ['a name with a blank', call(1, { params: { name: 'paid ', arguments: {} } })],
    ['a batch in a batch', [[call(1)]]],
    [
      'a forged credential',
      call(1, { params: { name: 'paid', _meta: { [CREDENTIAL_META]: 'challenge=x,nonce=0' } } }),
    ],
    [
      'a credential of another type',
      call(1, { params: { name: 'paid', _meta: { [CREDENTIAL_META]: true } } }),
    ],
    [
      'a credential that is long',
      call(1, { params: { name: 'paid', arguments: { turnpike_credential: 'x'.repeat(99_999) } } }),
    ],
    ['no arguments at all', call(1, { params: { name: 'paid' } })],
  ])('runs nothing for %s', async (_what, body) => {
    await post(body)
    expect(host.ran).toEqual([])
  })

  test.each([
    ['a number out of range', '{"q":1e400}'],
    ['a nesting of 10,000', `{"q":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['a body that is no JSON', '{"q":'],
    ['a body of 5 MB', JSON.stringify({ q: 'x'.repeat(5_000_000) })],
  ])('runs nothing for %s (R34)', async (_what, argumentsText) => {
    await post(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"paid","arguments":${argumentsText}}}`,
    )
    expect(host.ran).toEqual([])
  })

  test('takes the last of two keys for what is charged and for what runs', async () => {
    const text =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"open","name":"paid","arguments":{}}}'
    await post(text)
    expect(host.ran).toEqual([])
  })

  test('binds an own __proto__ like any other member (R34)', async () => {
    const text = (members: string) =>
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"paid","arguments":{${members}}}}`
    const { messages } = await post(text('"q":"p"'))
    const credential = JSON.stringify(credentialFor(messages[0]?.result))
    const cheated = await post(text(`"q":"p","__proto__":{"q":"other"},"turnpike_credential":${credential}`))
    expect(host.ran).toEqual([])
    expect(metaIn(cheated.messages[0]?.result, CHALLENGE_META)?.code).toBe('credential_wrong_resource')
  })
})

function parsed(text: string): readonly Message[] {
  try {
    const messages: Message | Message[] = JSON.parse(text)
    return Array.isArray(messages) ? messages : [messages]
  } catch {
    return []
  }
}
