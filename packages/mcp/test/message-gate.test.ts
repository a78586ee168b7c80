import { describe, expect, test } from '@jest/globals'
import { pow, TurnpikeError } from '@turnpike/core'
import { CHALLENGE_META, CREDENTIAL_META, EXTENSION, gateMcpServer } from '@turnpike/mcp'
import { looseServer, openedServer, PAID, toolCall, WORK } from './loose-server.ts'
import { metaIn } from './refused-result.ts'

describe('a message that cannot be read', () => {
  test.each([
    ['a list', [toolCall(1, 'paid')]],
    ['null', null],
    ['a text', 'tools/call'],
    ['a method that is no text', { jsonrpc: '2.0', id: 1, method: ['tools/call'], params: { name: 'paid' } }],
    ['a call without an id', toolCall(undefined, 'paid')],
    ['a call with id null', toolCall(null, 'paid')],
  ])('is dropped: %s', async (_what, message) => {
    const server = await openedServer(PAID)
    server.receive(message)
    expect(server.reached).toEqual([])
    expect(server.troubles).toHaveLength(1)
  })

  test.each([
    ['a call without a name', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }, -32602],
    ['a call without params', { jsonrpc: '2.0', id: 1, method: 'tools/call' }, -32602],
    ['a number out of range (R34)', toolCall(1, 'paid', { n: Infinity }), -32602],
    ['a method in another case', { ...toolCall(1, 'paid'), method: 'TOOLS/CALL' }, -32601],
    ['a method with blanks', { ...toolCall(1, 'paid'), method: 'tools/call ' }, -32601],
  ])('is answered with an error: %s', async (_what, message, code) => {
    const server = await openedServer(PAID)
    server.receive(message)
    expect(server.reached).toEqual([])
    expect(server.sent).toMatchObject([{ id: 1, error: { code } }])
  })
})

describe('what is never gated', () => {
  test.each([
    ['initialize', 1],
    ['server/discover', 1],
    ['ping', 'a'],
    ['tools/list', 2],
    ['resources/list', 2],
    ['prompts/list', 2],
    ['notifications/initialized', undefined],
  ])('%s passes as it came', async (method, id) => {
    const server = await openedServer({ ...PAID, tools: { '*': { require: WORK } } })
    const message = { jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params: {} }
    server.receive(message)
    expect(server.reached).toEqual([message])
  })

  test('kinds without a policy pass as they came', async () => {
    const server = await openedServer(PAID)
    const message = { jsonrpc: '2.0', id: 1, method: 'resources/read', params: { uri: 'a:b' } }
    server.receive(message)
    expect(server.reached).toEqual([message])
  })
})

describe('a refusal', () => {
  const refusedTo = async (options: Parameters<typeof openedServer>[0], message: object, first?: object) => {
    const server = await openedServer({ ...PAID, ...options })
    if (first !== undefined) server.receive(first)
    server.receive(message)
    return server.sent[0]
  }
  const initialize = (capabilities: object) => ({
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { capabilities },
  })

  test('of a 2026-07-28 request says that it is complete', async () => {
    const modern = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
    expect((await refusedTo({}, toolCall(1, 'worked', {}, modern)))?.result).toHaveProperty(
      'resultType',
      'complete',
    )
    expect((await refusedTo({}, toolCall(1, 'worked')))?.result).not.toHaveProperty('resultType')
  })

  test.each([
    ['declares the extension', initialize({ extensions: { [EXTENSION]: {} } }), undefined],
    ['declares it as an experiment', initialize({ experimental: { [EXTENSION]: {} } }), undefined],
    [
      'declares it with the call',
      undefined,
      { 'io.modelcontextprotocol/clientCapabilities': { extensions: { [EXTENSION]: {} } } },
    ],
    [
      'shows a credential where only aware clients do',
      undefined,
      { [CREDENTIAL_META]: 'challenge=x,nonce=0' },
    ],
  ])('is an error with data to a client that %s', async (_what, first, meta) => {
    const refused = await refusedTo({}, toolCall(1, 'worked', {}, meta), first)
    expect(refused?.error?.code).toBe(402)
    expect(refused?.error?.data?.code).toMatch(/^proof_required$|^credential_malformed$/)
  })

  test('has the form and the code that the operator chose', async () => {
    const error = await refusedTo({ refusals: 'error', codes: { 402: 4020 } }, toolCall(1, 'worked'))
    expect(error?.error?.code).toBe(4020)
    const aware = initialize({ extensions: { [EXTENSION]: {} } })
    const result = await refusedTo({ refusals: 'result' }, toolCall(1, 'worked'), aware)
    expect(metaIn(result?.result, CHALLENGE_META)).toMatchObject({ code: 'proof_required' })
  })

  test.each([true, 12, {}, 'open sesame', 'x'.repeat(20_000)])(
    'is what a credential like %j gets',
    async (credential) => {
      const refused = await refusedTo(
        { refusals: 'result' },
        toolCall(1, 'worked', {}, { [CREDENTIAL_META]: credential }),
      )
      expect(metaIn(refused?.result, CHALLENGE_META)).toMatchObject({ code: 'credential_malformed' })
    },
  )

  test('says where else a solution goes when there is no argument for it', async () => {
    const refused = await refusedTo({ credentialArgument: false }, toolCall(1, 'worked'))
    expect(metaIn(refused?.result, CHALLENGE_META)?.['detail']).toContain(
      `params._meta["${CREDENTIAL_META}"]`,
    )
    const given = { turnpike_credential: 'mine' }
    const open = await openedServer({ tools: { worked: {} }, credentialArgument: false })
    open.receive(toolCall(1, 'worked', given))
    expect(open.reached).toMatchObject([{ params: { arguments: given } }])
  })
})

describe('a gate that fails', () => {
  test('runs nothing, and says no more than that (promise 2)', async () => {
    const tools = {
      broken: () => {
        throw new Error('a secret of the operator')
      },
    }
    const server = await openedServer({ tools })
    server.receive(toolCall(1, 'broken'))
    expect(server.reached).toEqual([])
    expect(server.sent).toMatchObject([{ id: 1, error: { code: -32603, message: 'Internal error' } }])
    expect(server.troubles).toEqual(['a secret of the operator'])
  })

  test('refuses after it was closed', async () => {
    const server = await openedServer(PAID)
    await server.gate.close()
    server.receive(toolCall(1, 'worked'))
    await new Promise(setImmediate)
    expect(server.reached).toEqual([])
    expect(server.sent).toMatchObject([{ id: 1, error: { code: -32603 } }])
  })
})

describe('gateMcpServer', () => {
  const gate = looseServer({}).gate
  const server = () => ({ connect: async (_wire: object) => undefined })

  test.each([
    ['an unknown option', { tool: {} }, 'option_unknown'],
    ['a form that does not exist', { refusals: 'http' }, 'option_invalid'],
    ['a code that MCP forbids', { codes: { 402: -32042 } }, 'option_invalid'],
    ['a code that is no integer', { codes: { 429: 1.5 } }, 'option_invalid'],
    ['a status that is none', { codes: { 404: 1 } }, 'option_invalid'],
    ['an argument that no model can name', { credentialArgument: 'my credential' }, 'option_invalid'],
    ['a star within a name', { tools: { 'a*b': {} } }, 'option_invalid'],
    ['an empty name', { tools: { '': {} } }, 'option_invalid'],
    ['a policy that is none', { tools: { a: 'free' } }, 'option_invalid'],
    ['a policy with a misspelt option', { tools: { a: { fre: '1/1m' } } }, 'option_unknown'],
    ['a requirement for a policy', { tools: { a: pow(4) } }, 'option_invalid'],
    ['no policies at all', undefined, 'option_invalid'],
    ['a requirement out of range', { tools: { a: { require: pow(20) } } }, 'requirement_invalid'],
  ])('refuses %s at boot', (_what, options, code) => {
    expect(() => gateMcpServer(server(), gate, options as never)).toThrow(expect.objectContaining({ code }))
  })

  test('refuses the options of a gate in place of a gate', () => {
    expect(() => gateMcpServer(server(), { name: 'my-tools' } as never, PAID)).toThrow(/createGate\(\{/)
  })

  test('refuses what is no server, a connected server, and a second gate for one', () => {
    expect(() => gateMcpServer({} as never, gate, {})).toThrow(TurnpikeError)
    const late = { ...server(), transport: {} }
    expect(() => gateMcpServer(late, gate, {})).toThrow(expect.objectContaining({ code: 'mcp_gated_late' }))
    const once = gateMcpServer(server(), gate, {})
    expect(() => gateMcpServer(once, gate, {})).toThrow(/called for this server before/)
  })

  test('gates the server within, whichever of the two is connected', async () => {
    const wires: unknown[] = []
    const inner = { connect: async (wire: object) => void wires.push(wire) }
    const outer = { server: inner, connect: async (wire: object) => await inner.connect(wire) }
    gateMcpServer(outer, gate, PAID)
    const wire = { send: async () => undefined }
    await outer.connect(wire)
    await inner.connect(wire)
    expect(wires).toHaveLength(2)
    expect(wires).not.toContain(wire)
  })
})
