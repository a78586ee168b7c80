/** A server with a tool of each sort, made with either SDK, gated in one line. */
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer as McpServer2, fromJsonSchema } from '@modelcontextprotocol/server'
import { createGate, memoryStore, pow, sats } from '@turnpike/core'
import { gateMcpServer } from '@turnpike/mcp'
import { createFakeLightning } from '@turnpike/testkit/fake-lightning'
import { z } from 'zod'

/** @import { Gate, GateOptions } from '@turnpike/core' */

/** Who gets paid, by gate. @type {WeakMap<Gate, import('@turnpike/testkit/fake-lightning').FakeLightning>} */
const backends = new WeakMap()

/** @param {GateOptions} [options] */
export function openSampleGate(options = {}) {
  const lightning = createFakeLightning()
  const gate = createGate({
    secret: 'a secret of the tests, long enough to be one',
    store: memoryStore(),
    log: () => undefined,
    ...(options.rails === undefined ? { lightning } : {}),
    ...options,
  })
  backends.set(gate, lightning)
  return gate
}

const WORK = pow(1, { quota: false, adaptive: false })

/** @type {import('@turnpike/mcp').McpGateOptions} */
export const SAMPLE_POLICIES = {
  tools: {
    paid: { require: WORK },
    structured: { require: WORK },
    limited: { free: '1/4s' },
    // One for each client of a test, so that all of them wait at a time.
    limited_0: { free: '1/4s' },
    limited_1: { free: '1/4s' },
    limited_2: { free: '1/4s' },
    sold: { require: sats(10) },
    'by_*': ({ arguments: { size } }) => (size === 'large' ? { require: WORK } : undefined),
  },
  resources: { 'sample://*': { require: WORK } },
  prompts: { '*': { require: WORK } },
}

const LIMITED = ['limited', 'limited_0', 'limited_1', 'limited_2']
const TOOLS = ['paid', 'structured', 'sold', 'open', 'by_size', 'settle', ...LIMITED]

/**
 * @param {Gate} gate
 * @param {string[]} ran told of each run of a tool
 * @param {import('@turnpike/mcp').McpGateOptions} [options]
 */
export function sampleServer1(gate, ran, options = SAMPLE_POLICIES) {
  const server = new McpServer1({ name: 'sample', version: '1.0.0' })
  const inputSchema = { q: z.string().optional(), size: z.string().optional() }
  for (const name of TOOLS) {
    const description = `The tool ${name}.`
    const outputSchema = name === 'structured' ? { outputSchema: { echo: z.string() } } : {}
    server.registerTool(name, { description, inputSchema, ...outputSchema }, (given) =>
      name === 'settle' ? settle(gate, given) : reply(name, given, ran),
    )
  }
  server.registerResource('one', 'sample://one', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'one' }],
  }))
  server.registerPrompt('greet', {}, () => GREETING)
  return gateMcpServer(server, gate, options)
}

/**
 * @param {Gate} gate
 * @param {string[]} ran
 * @param {import('@turnpike/mcp').McpGateOptions} [options]
 */
export function sampleServer2(gate, ran, options = SAMPLE_POLICIES) {
  const server = new McpServer2({ name: 'sample', version: '1.0.0' })
  /** @type {ReturnType<typeof fromJsonSchema<Record<string, unknown>>>} */
  const inputSchema = fromJsonSchema({
    type: 'object',
    properties: { q: { type: 'string' }, size: { type: 'string' } },
  })
  /** @type {ReturnType<typeof fromJsonSchema<{ echo: string }>>} */
  const echo = fromJsonSchema({
    type: 'object',
    properties: { echo: { type: 'string' } },
    required: ['echo'],
  })
  for (const name of TOOLS) {
    const description = `The tool ${name}.`
    const outputSchema = name === 'structured' ? { outputSchema: echo } : {}
    server.registerTool(name, { description, inputSchema, ...outputSchema }, (given) =>
      name === 'settle' ? settle(gate, given) : reply(name, given, ran),
    )
  }
  server.registerResource('one', 'sample://one', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'one' }],
  }))
  server.registerPrompt('greet', {}, () => GREETING)
  return gateMcpServer(server, gate, options)
}

/** @type {{ messages: { role: 'user', content: { type: 'text', text: string } }[] }} */
const GREETING = { messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }] }

/**
 * Pays an invoice of the gate, for a wallet in another process. Answers with the preimage.
 *
 * @param {Gate} gate
 * @param {{ readonly q?: unknown }} given
 * @returns {{ content: { type: 'text', text: string }[] }}
 */
function settle(gate, { q }) {
  return { content: [{ type: 'text', text: backends.get(gate)?.pay(String(q)) ?? '' }] }
}

/**
 * @param {string} name
 * @param {{ readonly q?: unknown }} given
 * @param {string[]} ran
 * @returns {{ content: { type: 'text', text: string }[], isError?: boolean, structuredContent?: { echo: string } }}
 */
function reply(name, given, ran) {
  const q = typeof given.q === 'string' ? given.q : ''
  ran.push(`${name}:${q}`)
  const content = [{ type: /** @type {const} */ ('text'), text: `${name}:${q}:${Object.keys(given).join()}` }]
  if (name === 'structured') return { content, structuredContent: { echo: q } }
  return q === 'fail' ? { content, isError: true } : { content }
}
