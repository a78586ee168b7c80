/** A server with a tool of each sort, made with either SDK, gated in one line. */
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { McpServer as McpServer2, fromJsonSchema } from '@modelcontextprotocol/server'
import { createGate, memoryStore, pow } from '@turnpike/core'
import { gateMcpServer } from '@turnpike/mcp'
import { z } from 'zod'

/** @import { Gate, GateOptions } from '@turnpike/core' */

/** @param {GateOptions} [options] */
export function openSampleGate(options = {}) {
  return createGate({
    secret: 'a secret of the tests, long enough to be one',
    store: memoryStore(),
    log: () => undefined,
    ...options,
  })
}

const WORK = pow(1, { quota: false, adaptive: false })

/** @type {import('@turnpike/mcp').McpGateOptions} */
export const SAMPLE_POLICIES = {
  tools: {
    paid: { require: WORK },
    structured: { require: WORK },
    limited: { free: '1/1s' },
    'by_*': ({ arguments: { size } }) => (size === 'large' ? { require: WORK } : undefined),
  },
  resources: { 'sample://*': { require: WORK } },
  prompts: { '*': { require: WORK } },
}

const TOOLS = ['paid', 'structured', 'limited', 'open', 'by_size']

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
      reply(name, given, ran),
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
      reply(name, given, ran),
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
