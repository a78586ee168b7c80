import { describe, expect, test } from '@jest/globals'
import { anyOf, apiKey, pow, sats } from '@turnpike/core'
import { CHALLENGE_META, type McpCall, type McpGateOptions, PRICE_META } from '@turnpike/mcp'
import { createHash } from 'node:crypto'
import { looseServer, toolCall } from './loose-server.ts'
import { metaIn } from './refused-result.ts'
import { voucher } from './voucher-rail.ts'

const WORK = pow(1, { quota: false, adaptive: false })

async function opened(options: McpGateOptions, gateOptions?: Parameters<typeof looseServer>[1]) {
  const server = looseServer(options, gateOptions)
  await server.open()
  return server
}

type Server = Awaited<ReturnType<typeof opened>>

/** Names of the tools that were run, of those called. */
function run(server: Server, names: readonly string[], extra?: unknown): readonly unknown[] {
  const before = server.reached.length
  names.forEach((name, n) => server.receive(toolCall(`${before}-${n}-${Math.random()}`, name), extra))
  return server.reached.slice(before).map(({ params }) => params?.['name'])
}

describe('policies by name', () => {
  test('a name goes before a pattern, a longer pattern before a shorter one', async () => {
    const closed = { require: WORK }
    const server = await opened({
      tools: { '*': closed, 'deep_*': {}, 'deep_sea_*': closed, deep_sea_one: {} },
    })
    const names = [
      'other',
      'deep_',
      'deep_a',
      'deep_sea_two',
      'deep_sea_one',
      'Deep_a',
      '__proto__',
      'constructor',
    ]
    expect(run(server, names)).toEqual(['deep_', 'deep_a', 'deep_sea_one'])
  })

  test('what no key covers is not gated', async () => {
    const server = await opened({ tools: { a: { require: WORK } } })
    expect(run(server, ['a', 'b', 'toString'])).toEqual(['b', 'toString'])
  })

  test('names covered by one key share its windows, and servers of one gate share them too (R6)', async () => {
    const options: McpGateOptions = { tools: { 'a*': { free: '3/1m' }, b: { free: '1/1m' } } }
    const first = await opened(options)
    expect(run(first, ['a1', 'a2', 'b', 'b'])).toEqual(['a1', 'a2', 'b'])
    const second = await opened({ tools: { 'a*': { free: '3/1m' }, b: { free: '1/1m' } } }, first.gate)
    expect(run(second, ['b', 'a3', 'a4'])).toEqual(['a3'])
  })

  test('of tools, resources and prompts stay apart', async () => {
    const policies = { x: { free: '1/1m' } } as const
    const server = await opened({ tools: policies, resources: policies, prompts: policies })
    const ask = (method: string, params: object) =>
      server.receive({ jsonrpc: '2.0', id: Math.random(), method, params })
    const askAll = () => {
      ask('tools/call', { name: 'x' })
      ask('resources/read', { uri: 'x' })
      ask('prompts/get', { name: 'x' })
    }
    askAll()
    askAll()
    expect(server.reached).toHaveLength(3)
    expect(server.sent).toHaveLength(3)
  })
})

describe('a policy that is a function', () => {
  test('sees the call without our credential, and decides by its arguments', async () => {
    const seen: McpCall[] = []
    const server = await opened({
      tools: {
        sized: (call) => {
          seen.push(call)
          return call.arguments['size'] === 'large' ? { require: WORK } : undefined
        },
      },
    })
    server.receive(toolCall(1, 'sized', { size: 'small', turnpike_credential: 'x' }))
    server.receive(toolCall(2, 'sized', { size: 'large' }))
    expect(seen[0]).toMatchObject({ kind: 'tool', name: 'sized', arguments: { size: 'small' } })
    expect(seen[0]?.arguments).not.toHaveProperty('turnpike_credential')
    expect(server.reached).toHaveLength(1)
    expect(server.reached[0]?.params?.['arguments']).toEqual({ size: 'small' })
  })

  test('keeps its windows however often it is asked, and prices by the arguments of this call (R23)', async () => {
    const server = await opened({
      tools: { t: ({ arguments: { n } }) => ({ free: '1/1m', require: pow(Number(n), { quota: false }) }) },
    })
    for (let n = 1; n <= 4; n++) server.receive(toolCall(n, 't', { n }))
    expect(server.reached).toHaveLength(1)
    const difficulties = server.sent.map(({ result }) => {
      const offers = metaIn(result, CHALLENGE_META)?.['offers']
      return Array.isArray(offers) ? offers.map(({ difficulty }: { difficulty: number }) => difficulty) : []
    })
    expect(difficulties).toEqual([[2], [3], [4]])
  })

  test('refuses the call when what it returns is no policy', async () => {
    const server = await opened({ tools: { t: () => ({ free: 'much' }) as never } })
    expect(run(server, ['t'])).toEqual([])
    expect(server.sent[0]?.error?.code).toBe(-32603)
  })

  test.each([
    ['throws', ({ arguments: { q } }: McpCall) => ({ free: String(q).repeat(-1) })],
    ['returns what is no policy', () => ({ free: 'much' })],
    ['returns null', () => null],
    ['returns a list', () => []],
    ['is async', async () => await Promise.reject(new Error('later'))],
  ])('is named to the operator, once, when it %s', async (_what, policy) => {
    const lines: string[] = []
    const server = await opened({ tools: { search: policy as never } }, { log: (line) => lines.push(line) })
    expect(run(server, ['search', 'search'])).toEqual([])
    expect(lines.filter((line) => line.includes('policy_failed'))).toEqual([
      expect.stringContaining("tool 'search'"),
    ])
    expect(server.troubles).toHaveLength(2)
  })
})

describe('prices in tools/list', () => {
  const schema = { type: 'object', properties: { q: { type: 'string' } } }
  const listed = async (options: McpGateOptions, tool: object) => {
    const server = await opened(options)
    server.receive({ jsonrpc: '2.0', id: 'l', method: 'tools/list' })
    await server.reply({ id: 'l', result: { tools: [{ name: 't', inputSchema: schema, ...tool }] } })
    return server.sent[0]?.result?.tools?.[0]
  }

  test('name the free calls and every way', async () => {
    const require = anyOf(WORK, sats(10))
    const tool = await listed(
      { tools: { t: { free: '60/1m', require } }, describePrices: true },
      { description: 'A.' },
    )
    expect(metaIn(tool, PRICE_META)).toEqual({
      free: '60/1m',
      ways: [
        { rail: 'pow', difficulty: 1 },
        { rail: 'lightning', sats: 10 },
      ],
    })
    expect(tool?.description).toBe('A. [Metered: 60/1m free, then proof of work of difficulty 1 or 10 sats]')
  })

  test('say that a price is a function, and how many calls it buys', async () => {
    const require = sats(() => 5, { uses: 3 })
    const tool = await listed({ tools: { t: { require } }, describePrices: true }, {})
    expect(metaIn(tool, PRICE_META)).toEqual({ ways: [{ rail: 'lightning', uses: 3, varies: true }] })
    expect(tool?.description).toBe('[Metered: sats, depending on the arguments]')
  })

  test('keep what the tool has: its own _meta, its description, an argument of that name', async () => {
    const own = { properties: { turnpike_credential: { type: 'number' } } }
    const tool = await listed({ tools: { t: { require: WORK } } }, { _meta: { a: 1 }, inputSchema: own })
    expect(tool).toMatchObject({ _meta: { a: 1 }, inputSchema: own })
    expect(tool).not.toHaveProperty('description')
  })

  test('add no argument where no credential is taken', async () => {
    const limited = await listed({ tools: { t: { free: '1/1m' } } }, {})
    expect(limited?.inputSchema).toEqual(schema)
    const off = await listed({ tools: { t: { require: WORK } }, credentialArgument: false }, {})
    expect(off?.inputSchema).toEqual(schema)
  })
})

describe('a caller', () => {
  const tools = { t: { free: '1/1m' } } as const
  const http = (headers: Record<string, string>, authInfo?: object) => ({
    requestInfo: { headers },
    authInfo,
  })
  const token = (clientId: string, sub?: string) => ({ token: 't', clientId, scopes: [], extra: { sub } })

  test('on stdio is the one that the operator named', async () => {
    const classes: string[] = []
    const server = await opened({ tools, local: { class: 'desk', id: 'me' } })
    server.gate.on('admitted', ({ callerClass }) => classes.push(callerClass))
    expect(run(server, ['t', 't'])).toEqual(['t'])
    expect(classes).toEqual(['desk'])
  })

  test('over HTTP is whom the token names: account and client', async () => {
    const server = await opened({ tools })
    const callers = [['c1'], ['c2'], ['c1', 'ann'], ['c1', 'bob'], ['["ann","c1"]']] as const
    for (const [clientId, sub] of callers) {
      expect(run(server, ['t', 't'], http({}, token(clientId, sub)))).toEqual(['t'])
    }
  })

  test.each([
    ['user', token('c1', 'alice')],
    ['client', token('alice')],
  ])(
    'with a token takes nothing of an API key that is named like its %s, but by `caller`',
    async (_what, auth) => {
      const sha256 = createHash('sha256').update('the key').digest('hex')
      const options = { identities: [apiKey({ keys: [{ id: 'alice', class: 'client', sha256 }] })] }
      const account = { tools: { t: { free: '9/1m', subjectCeiling: '1/1m' } } } as const
      const bearer = http({}, auth)
      const key = http({ 'x-api-key': 'the key' })
      for (const policies of [{ tools }, account]) {
        const apart = await opened(policies, options)
        expect(run(apart, ['t'], bearer)).toEqual(['t'])
        expect(run(apart, ['t', 't'], key)).toEqual(['t'])
        const named = await opened(policies, { ...options, caller: () => ({ class: 'client', id: 'alice' }) })
        expect(run(named, ['t'], bearer)).toEqual(['t'])
        expect(run(named, ['t'], key)).toEqual([])
      }
    },
  )

  test('over HTTP without a token is known by address, and never taken for the local one', async () => {
    const classes: string[] = []
    const server = await opened({ tools })
    server.gate.on('admitted', ({ callerClass }) => classes.push(callerClass))
    run(server, ['t'], http({}))
    expect(classes).toEqual(['anonymous'])
  })

  test('may show a payment beside its token', async () => {
    const server = await opened({ tools: { t: { require: voucher } } })
    const seen: string[] = []
    server.gate.on('admitted', ({ way }) => seen.push(way))
    const proven = toolCall(1, 't', { turnpike_credential: 'L402 voucher-1' })
    server.receive(proven, http({ accept: 'a/b' }))
    expect(seen).toEqual(['lightning'])
    const both: (string | undefined)[] = []
    const asked = await opened(
      { tools },
      { caller: (view) => void both.push(view.header('authorization'), view.header('accept')) },
    )
    asked.receive(proven, http({ authorization: 'Bearer t', accept: 'a/b' }))
    expect(both).toEqual(['Bearer t, L402 voucher-1', 'a/b'])
  })

  test('is never told by session id or client name: without an address all share one bucket (R8)', async () => {
    const server = await opened({ tools })
    expect(run(server, ['t'], { ...http({ 'mcp-session-id': 'a' }), sessionId: 'a' })).toEqual(['t'])
    expect(run(server, ['t'], { ...http({ 'mcp-session-id': 'b' }), sessionId: 'b' })).toEqual([])
  })

  test.each([
    ['as SDK 1.x hands headers on', { requestInfo: { headers: { 'x-api-key': 'k' } } }],
    ['as SDK 2.x hands them on', { request: new Request('http://a/', { headers: { 'x-api-key': 'k' } }) }],
  ])("is named by the gate's own option, %s", async (_how, extra) => {
    const classes: string[] = []
    const caller = (view: { header(name: string): string | undefined }) => {
      const id = view.header('x-api-key')
      return id === undefined ? undefined : { class: 'partner', id }
    }
    const server = await opened({ tools }, { caller })
    server.gate.on('admitted', ({ callerClass }) => classes.push(callerClass))
    expect(run(server, ['t'], extra)).toEqual(['t'])
    expect(classes).toEqual(['partner'])
  })
})
