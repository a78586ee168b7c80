import { describe, expect, test } from '@jest/globals'
import { MirroredParameters } from '../src/mirrored-parameters.ts'
import { MirroringTransport } from '../src/mirroring-transport.ts'
import { FakeTransport } from './fake-transport.ts'

const MODERN = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
const property = (field: unknown) => ({ type: 'string', 'x-mcp-header': field })
const TOOLS = {
  tools: [
    null,
    { name: 'odd', inputSchema: { properties: 7 } },
    {
      name: 'search',
      inputSchema: {
        properties: {
          region: property('Region'),
          nested: { properties: { tier: property('Tier') } },
          bad: property('no field'),
          worse: property(7),
          plain: { type: 'string' },
        },
      },
    },
  ],
}

function call(given: unknown, meta: Record<string, unknown> = MODERN) {
  return {
    jsonrpc: '2.0' as const,
    id: 1,
    method: 'tools/call',
    params: { name: 'search', arguments: given, _meta: meta },
  }
}

describe('mirrored parameters', () => {
  test.each([undefined, null, {}, { tools: 'x' }])('learn nothing from %j', (result) => {
    const parameters = new MirroredParameters()
    parameters.learn(result)
    expect(parameters.fieldsOf(call({ region: 'eu' }))).toEqual({})
  })

  test.each([
    [{ region: 'eu', plain: 'x', bad: 'x', worse: 'x' }, { 'Mcp-Param-Region': 'eu' }],
    [
      { region: 7, nested: { tier: true } },
      { 'Mcp-Param-Region': '7', 'Mcp-Param-Tier': 'true' },
    ],
    [{ region: 'grün' }, { 'Mcp-Param-Region': '=?base64?Z3LDvG4=?=' }],
    [{ region: ' eu' }, { 'Mcp-Param-Region': '=?base64?IGV1?=' }],
    [{ region: 'a\r\nX-Evil: 1' }, { 'Mcp-Param-Region': '=?base64?YQ0KWC1FdmlsOiAx?=' }],
    [{ region: '' }, { 'Mcp-Param-Region': '=?base64??=' }],
    [{ region: '=?base64?x?=' }, { 'Mcp-Param-Region': '=?base64?PT9iYXNlNjQ/eD89?=' }],
    [{ region: null, nested: { tier: {} } }, {}],
    [{ region: 2 ** 60, nested: 7 }, {}],
    ['text', {}],
  ])('of the arguments %j are %j', (given, fields) => {
    const parameters = new MirroredParameters()
    parameters.learn(TOOLS)
    expect(parameters.fieldsOf(call(given))).toEqual(fields)
  })

  test.each([
    [16, { 'Mcp-Param-Deep': 'eu' }],
    [17, {}],
  ])('that stand %i objects deep are %j', (depth, fields) => {
    const names = Array.from({ length: depth }, () => 'x')
    const schema = names.reduce<object>((inner) => ({ properties: { x: inner } }), property('Deep'))
    const given = names.reduce<unknown>((inner) => ({ x: inner }), 'eu')
    const parameters = new MirroredParameters()
    parameters.learn({ tools: [{ name: 'search', inputSchema: schema }] })
    expect(parameters.fieldsOf(call(given))).toEqual(fields)
  })

  test('go with calls of 2026 alone, once the tools were listed', async () => {
    const inner = new FakeTransport(true)
    const outer = new MirroringTransport(inner, new MirroredParameters())
    await outer.send({ jsonrpc: '2.0', id: 'list', method: 'tools/list' })
    inner.bring({ id: 'list', result: TOOLS })
    await outer.send(call({ region: 'eu' }))
    await outer.send(call({ region: 'eu' }, {}))
    expect(inner.sent.map(({ options }) => options?.headers)).toEqual([{}, { 'Mcp-Param-Region': 'eu' }, {}])
  })
})
