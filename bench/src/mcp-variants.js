/** The servers of the mcp suite, by what is before their one tool, and the calls that are sent to them. */
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server'
import { createGate, pow } from '@turnpike/core'
import { gateMcpServer } from '@turnpike/mcp'
import { formatSolution } from '@turnpike/protocol'
import { solve } from '@turnpike/solver'

/** @typedef {'plain' | 'free' | 'refused' | 'proven'} Variant */

/** Never reached: a caller makes a few calls in each round. */
const PLENTY = '600/1m'
/** Enough of them that no limit on issued challenges is met. */
const CALLERS = 400
/** Refused first, and sent again with a solution that was found before the measured interval. */
const WORK = pow(1, { quota: false, adaptive: false })

/** @type {ReturnType<typeof fromJsonSchema<Record<string, unknown>>>} */
const inputSchema = fromJsonSchema({
  type: 'object',
  properties: { q: { type: 'string' }, who: { type: 'string' } },
})
const ITEMS = Array.from({ length: 5 }, (_, index) => ({ title: `Result ${index}`, score: index / 5 }))

/** @param {Variant} variant */
export function serverMaker(variant) {
  const gate = createGate({
    name: 'bench',
    secret: 'a secret of 32 characters or more',
    log: () => undefined,
    caller: (view) => ({ class: 'bench', id: whoIn(view.body()) }),
  })
  /** @type {import('@turnpike/mcp').McpPolicy} */
  const search = variant === 'free' ? { free: PLENTY, require: WORK } : { require: WORK }
  const options = { tools: { search } }
  return () => {
    const server = new McpServer({ name: 'bench', version: '1.0.0' })
    server.registerTool('search', { description: 'Searches.', inputSchema }, () => ({
      content: [{ type: 'text', text: JSON.stringify(ITEMS) }],
    }))
    server.registerTool('cpu', { description: 'What this process has spent.' }, () => ({
      content: [{ type: 'text', text: JSON.stringify(process.cpuUsage()) }],
    }))
    return variant === 'plain' ? server : gateMcpServer(server, gate, options)
  }
}

/** @param {unknown} body */
function whoIn(body) {
  return String(Object(Object(body).arguments).who)
}

/**
 * @param {number} index
 * @param {string} [credential]
 */
export function searchCall(index, credential) {
  const meta = credential === undefined ? {} : { _meta: { 'io.github.turnpike/credential': credential } }
  const given = { q: 'tolls and turnpikes of the eighteenth century', who: `caller ${index % CALLERS}` }
  return toolCall(index, 'search', { arguments: given, ...meta })
}

/**
 * @param {number} id
 * @param {string} name
 * @param {object} [more]
 */
export function toolCall(id, name, more = { arguments: {} }) {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, ...more } }
}

export const INITIALIZE = {
  jsonrpc: '2.0',
  id: 'open',
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  },
}

/** @param {{ result?: unknown }} answer to a refused call */
export async function solved({ result }) {
  const { offers } = Object(Object(Object(result)['_meta'])['io.github.turnpike/challenge'])
  const { challenge, target, count } = offers[0]
  const { nonces } = await solve({ challenge, target, count, workers: 0 })
  return formatSolution({ challenge, nonces })
}

/**
 * @param {Variant} variant
 * @param {{ result?: unknown }} answer
 */
export function checkAnswer(variant, answer) {
  const isRefused = Object(answer.result).isError === true
  const isAnswered = Object(Object(answer.result).content?.[0]).text?.startsWith('[') === true
  if (variant === 'refused' ? !isRefused : !isAnswered) {
    throw new Error(`${variant} expected something else than ${JSON.stringify(answer)}`)
  }
}
