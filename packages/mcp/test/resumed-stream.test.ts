/** Streams that a client lost and resumed (SDK 1.x with an event store): no way around the gate, and no second payment. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CREDENTIAL_META, gateMcpServer } from '@turnpike/mcp'
import { randomUUID } from 'node:crypto'
import { openHttpHost, type SampleHost } from './sample-hosts.ts'
import { createEventStore } from './servers/event-store.js'
import { openSampleGate } from './servers/sample-server.js'
import { voucher, voucherRail } from './voucher-rail.ts'

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-06-18',
}

interface Sent {
  readonly response: Response
  /** The id of the stream's first event: where to resume. */
  readonly firstEvent: string | undefined
  readonly leave: AbortController
}

describe('a stream that was lost', () => {
  let host: SampleHost
  let session: Record<string, string>
  let finish: () => void
  beforeEach(async () => {
    const gate = openSampleGate({ rails: [voucherRail] })
    const done = new Promise<void>((resolve) => {
      finish = resolve
    })
    host = await openHttpHost(
      (ownGate, ran) => {
        const server = new McpServer({ name: 'slow', version: '1.0.0' }, { capabilities: { logging: {} } })
        server.registerTool('slow', {}, async (extra) => {
          ran.push('slow')
          // The first event of the stream tells the client where to resume.
          const params = { level: 'info', data: 'begun' } as const
          await extra.sendNotification({ method: 'notifications/message', params })
          await done
          return { content: [{ type: 'text', text: 'the answer' }] }
        })
        gateMcpServer(server, ownGate, { tools: { '*': { require: voucher } }, refusals: 'result' })
        const transport = new StreamableHTTPServerTransport({
          sessionIdGenerator: randomUUID,
          eventStore: createEventStore(),
        })
        const connected = server.connect(transport)
        return (request, response) =>
          void connected.then(async () => await transport.handleRequest(request, response))
      },
      {},
      gate,
    )
    session = {}
    const { response } = await post('initialize', {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    })
    await response.text()
    session = { 'mcp-session-id': response.headers.get('mcp-session-id') ?? '' }
  })
  afterEach(async () => {
    finish()
    await host.close()
  })

  async function post(method: string, params: object, id = 1): Promise<Omit<Sent, 'firstEvent'>> {
    const leave = new AbortController()
    const response = await fetch(host.url!, {
      method: 'POST',
      headers: { ...HEADERS, ...session },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      signal: leave.signal,
    })
    return { response, leave }
  }

  async function call(text: string | undefined, id = 1): Promise<Sent> {
    const meta = text === undefined ? {} : { _meta: { [CREDENTIAL_META]: `L402 ${text}` } }
    const sent = await post('tools/call', { name: 'slow', arguments: {}, ...meta }, id)
    const reader = sent.response.clone().body?.getReader()
    const first: { value?: Uint8Array } | undefined = await reader?.read()
    return { ...sent, firstEvent: /^id: (.+)$/m.exec(new TextDecoder().decode(first?.value))?.[1] }
  }

  /** What the rest of a stream brings. */
  async function resume(last: string | undefined): Promise<string> {
    const headers = { ...HEADERS, ...session, 'last-event-id': last ?? '' }
    const response = await fetch(host.url!, { headers, signal: AbortSignal.timeout(200) })
    // The server may not have noticed yet that the stream before was left.
    if (response.status === 409) return await resume(last)
    const body: AsyncIterable<Uint8Array> | null = response.body
    let text = ''
    try {
      for await (const chunk of body ?? []) text += new TextDecoder().decode(chunk)
    } catch {
      // It stays open; what came in time is enough.
    }
    return text
  }

  test('brings the answer of its call when it is resumed, which ran and was paid for once', async () => {
    const { firstEvent, leave } = await call('voucher-1')
    leave.abort()
    const inUse = await call('voucher-1', 2)
    expect(await inUse.response.text()).toContain('credential_in_use')
    finish()
    expect(await resume(firstEvent)).toContain('the answer')
    await host.gate?.drain()
    const again = await call('voucher-1', 3)
    expect(await again.response.text()).toContain('credential_spent')
    expect(host.ran).toEqual(['slow'])
  })

  test('runs nothing again, however often it is resumed, and whatever is posted meanwhile', async () => {
    const { firstEvent, leave } = await call('voucher-2')
    finish()
    leave.abort()
    for (let times = 0; times < 3; times++) expect(await resume(firstEvent)).toContain('the answer')
    const { response } = await call(undefined, 4)
    expect(await response.text()).toContain('proof_required')
    expect(host.ran).toEqual(['slow'])
  })

  test('brings no more than the refusal where the call was refused', async () => {
    const { firstEvent, response } = await call(undefined)
    expect(await response.text()).toContain('proof_required')
    expect(await resume(firstEvent)).not.toContain('the answer')
    expect(host.ran).toEqual([])
  })
})
