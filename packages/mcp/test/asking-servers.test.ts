/** Clients of SDK 2.x that answer questions by themselves, against servers that ask (MCP 2026-07-28). */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pow } from '@turnpike/core'
import { CHALLENGE_META, CREDENTIAL_META, RECEIPT_META, withRequest, withTurnpike } from '@turnpike/mcp'
import { startChildServer, type ChildServer } from '@turnpike/testkit'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHttpHost, type SampleClient, type SampleHost, type SampleResult } from './sample-hosts.ts'
import { askingServer } from './servers/asking-server.js'
import { openSampleGate } from './servers/sample-server.js'
import { credentialFor, metaIn } from './refused-result.ts'
import { voucher, voucherRail } from './voucher-rail.ts'

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
}
const REPLY = { reply: { action: 'accept', content: { go: true } } }

/** A client that says yes to every question. */
async function willingClient(url: URL, events: string[] = []): Promise<SampleClient> {
  const client = new Client(
    { name: 'willing', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { form: {} } } },
  )
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { go: true } }))
  withTurnpike(client, { onEvent: ({ type }) => events.push(type) })
  await client.connect(new StreamableHTTPClientTransport(url))
  return client as unknown as SampleClient
}

type AnyResult = SampleResult & { readonly requestState?: string; readonly resultType?: string }

/** One request of a client that does everything itself. */
async function post(url: URL | string, params: object): Promise<AnyResult> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'ask',
  }
  const whole = { name: 'ask', arguments: { q: 'x' }, ...params, _meta: { ...ENVELOPE } }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: whole })
  const text = await (await fetch(url, { method: 'POST', headers, body })).text()
  const answer: { result: AnyResult } = JSON.parse(/^(?:event|id|data|:)/.test(text) ? dataOf(text) : text)
  return answer.result
}

function dataOf(text: string): string {
  return [...text.matchAll(/^data: (.+)$/gm)].at(-1)?.[1] ?? ''
}

describe('a client of SDK 2.x auto', () => {
  const gate = openSampleGate({ rails: [voucherRail] })
  const work = pow(1, { quota: false, adaptive: false })
  const sold: { require: typeof work | typeof voucher } = { require: work }
  let host: SampleHost
  beforeAll(async () => {
    const options = { tools: { '*': () => sold } }
    host = await openHttpHost(
      (ownGate, ran) => {
        const handler = toNodeHandler(createMcpHandler(() => askingServer(ownGate, ran, options)))
        return (request, response) =>
          void withRequest(request, async () => await handler(request as never, response as never))
      },
      {},
      gate,
    )
  })
  afterAll(async () => {
    await host.close()
  })

  test.each([
    ['ask', 'x', '{"q":"x"}'],
    ['ask_plainly', 'y', 'null'],
  ])('works once for %s, through both its rounds', async (name, q, state) => {
    sold.require = work
    host.ran?.splice(0)
    const events: string[] = []
    const client = await willingClient(host.url!, events)
    const result = await client.callTool({ name, arguments: { q } })
    expect(result.content[0].text).toBe(`${name}:${q}:${state}`)
    expect(metaIn(result, RECEIPT_META)).toEqual({ way: 'pow', usesLeft: 0 })
    expect(host.ran).toEqual([`${name}:${q}:${state}`])
    expect(events).toEqual(['challenged', 'solving', 'solved'])
    await client.close()
  })

  test('pays once for both rounds', async () => {
    sold.require = voucher
    const client = await willingClient(host.url!)
    const call = { name: 'ask', arguments: { q: 'p' }, _meta: { [CREDENTIAL_META]: 'L402 voucher-1' } }
    const result = await client.callTool(call)
    expect(result.content[0].text).toBe('ask:p:{"q":"p"}')
    expect(metaIn(result, RECEIPT_META)).toEqual({ way: 'lightning', usesLeft: 0 })
    await client.close()
  })
})

describe('two processes on one store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-mcp-'))
  let processes: readonly ChildServer[] = []
  beforeAll(async () => {
    const command = [
      process.execPath,
      join(import.meta.dirname, 'servers/asking-process.js'),
      join(folder, 'store'),
    ]
    processes = await Promise.all([startChildServer(command), startChildServer(command)])
  })
  afterAll(async () => {
    await Promise.all(processes.map(async (one) => await one.stop()))
    rmSync(folder, { recursive: true })
  })

  test('resume a seal once between them, whichever of them made it (R34)', async () => {
    const [first, second] = processes.map(({ url }) => url)
    const refused = await post(first!, {})
    const turnpike_credential = credentialFor(refused)
    const asked = await post(second!, { arguments: { q: 'x', turnpike_credential } })
    expect(asked.resultType).toBe('input_required')
    const next = { requestState: asked.requestState, inputResponses: REPLY }
    const rounds = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => await post(n % 2 === 0 ? first! : second!, next)),
    )
    const passed = rounds.filter(({ isError }) => isError !== true)
    expect(passed.map(({ content }) => content[0].text)).toEqual(['ask:x:{"q":"x"}'])
    const codes = rounds.map((round) => metaIn(round, CHALLENGE_META)?.code)
    expect(codes.filter((code) => code === 'proof_required')).toHaveLength(9)
  })
})
