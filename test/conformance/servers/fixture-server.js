/** A server with the fixtures that the MCP conformance suite looks for: those of its revisions up to 2025-11-25. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { listTools, PNG, TOOLS } from './fixture-tools.js'

/**
 * @typedef {import('@modelcontextprotocol/sdk/types.js').PromptMessage} PromptMessage
 * @typedef {import('@modelcontextprotocol/sdk/types.js').ReadResourceResult} ReadResourceResult
 */

const CAPABILITIES = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
}

/** @returns {Server} */
export function fixtureServer() {
  const server = new Server(
    { name: 'conformance-fixtures', version: '1.0.0' },
    { capabilities: CAPABILITIES },
  )
  serveTools(server)
  serveResources(server)
  servePrompts(server)
  return server
}

/** @param {Server} server */
function serveTools(server) {
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listTools() }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = TOOLS[params.name]
    if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}`)
    return await tool.run(params.arguments ?? {}, extra)
  })
}

const TEMPLATE = 'test://template/{id}/data'
const RESOURCES = [
  { uri: 'test://static-text', name: 'static-text', mimeType: 'text/plain', description: 'A text.' },
  { uri: 'test://static-binary', name: 'static-binary', mimeType: 'image/png', description: 'A picture.' },
  { uri: 'test://watched-resource', name: 'watched', mimeType: 'text/plain', description: 'One to watch.' },
]

/** @param {string} uri @returns {ReadResourceResult} */
function readResource(uri) {
  if (uri === 'test://static-binary') return { contents: [{ uri, mimeType: 'image/png', blob: PNG }] }
  if (uri === 'test://static-text') {
    const text = 'This is the content of the static text resource.'
    return { contents: [{ uri, mimeType: 'text/plain', text }] }
  }
  if (uri === 'test://watched-resource') {
    return { contents: [{ uri, mimeType: 'text/plain', text: 'Watched.' }] }
  }
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
  if (id === undefined) throw new McpError(ErrorCode.InvalidParams, `There is no resource ${uri}`)
  const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` })
  return { contents: [{ uri, mimeType: 'application/json', text }] }
}

/** @param {Server} server */
function serveResources(server) {
  const resourceTemplates = [{ uriTemplate: TEMPLATE, name: 'template', mimeType: 'application/json' }]
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: RESOURCES }))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => readResource(params.uri))
  server.setRequestHandler(SubscribeRequestSchema, () => ({}))
  server.setRequestHandler(UnsubscribeRequestSchema, () => ({}))
}

/** @param {PromptMessage['content'][]} contents @returns {{ messages: PromptMessage[] }} */
function saying(...contents) {
  return { messages: contents.map((content) => ({ role: 'user', content })) }
}

/** @type {Readonly<Record<string, { takes: readonly string[], get: (given: Readonly<Record<string, string>>) => { messages: PromptMessage[] } }>>} */
const PROMPTS = {
  test_simple_prompt: {
    takes: [],
    get: () => saying({ type: 'text', text: 'This is a simple prompt for testing.' }),
  },
  test_prompt_with_arguments: {
    takes: ['arg1', 'arg2'],
    get: ({ arg1, arg2 }) =>
      saying({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  },
  test_prompt_with_embedded_resource: {
    takes: ['resourceUri'],
    get: ({ resourceUri: uri = '' }) => {
      const resource = { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' }
      return saying(
        { type: 'resource', resource },
        { type: 'text', text: 'Please process the embedded resource above.' },
      )
    },
  },
  test_prompt_with_image: {
    takes: [],
    get: () =>
      saying(
        { type: 'image', data: PNG, mimeType: 'image/png' },
        { type: 'text', text: 'Please analyze the image above.' },
      ),
  },
}

/** @param {Server} server */
function servePrompts(server) {
  const prompts = Object.entries(PROMPTS).map(([name, { takes }]) => ({
    name,
    description: `The fixture ${name} of the conformance suite.`,
    arguments: takes.map((argument) => ({ name: argument, description: argument, required: true })),
  }))
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts }))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    const prompt = PROMPTS[params.name]
    if (prompt === undefined) throw new McpError(ErrorCode.InvalidParams, `There is no prompt ${params.name}`)
    return prompt.get(params.arguments ?? {})
  })
  server.setRequestHandler(CompleteRequestSchema, () => ({
    completion: { values: ['paris', 'park', 'party'], total: 3, hasMore: false },
  }))
}
