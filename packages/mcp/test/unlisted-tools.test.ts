import { describe, expect, test } from '@jest/globals'
import type { McpPolicies } from '@turnpike/mcp'
import { looseServer } from './loose-server.ts'

/** A server whose keys for tools are given, and what it logs about them. */
async function opened(...keys: readonly string[]) {
  const lines: string[] = []
  const policies: McpPolicies = Object.fromEntries(keys.map((key) => [key, { free: '60/1m' }]))
  const server = looseServer(
    { tools: policies, prompts: { ask: {} } },
    { log: (line) => void (line.includes('tool_unknown') && lines.push(line)) },
  )
  await server.open()
  const list = async (result: object, params: object = {}) => {
    server.receive({ jsonrpc: '2.0', id: 'l', method: 'tools/list', params })
    await server.reply({ id: 'l', ...result })
  }
  return { lines, list }
}

const listing = (...names: readonly string[]) => ({ result: { tools: names.map((name) => ({ name })) } })

describe('a key of `tools` that no listed tool has', () => {
  test('is named once, with all others, for its tool stays open', async () => {
    const { lines, list } = await opened('serach', 'toString', 'render', 'old')
    await list(listing('search', 'render'))
    await list(listing('search', 'render'))
    expect(lines).toEqual([expect.stringContaining("no tool is called 'serach', 'toString', 'old'")])
  })

  test.each([
    ['a pattern', ['deep_*', '*'], listing('search'), {}],
    ['in the list', ['search'], listing('search'), {}],
    ['in a list that goes on', ['b'], { result: { ...listing('a').result, nextCursor: '2' } }, {}],
    ['on an earlier page of the list', ['a'], listing('b'), { cursor: '2' }],
    ['in a list that cannot be read', ['a'], { result: { tools: 7 } }, {}],
    ['in a list that failed', ['a'], { error: { code: -32603, message: 'no' } }, {}],
  ])('is not named where it may be %s', async (_what, keys, answer, params) => {
    const { lines, list } = await opened(...keys)
    await list(answer, params)
    expect(lines).toEqual([])
  })
})
