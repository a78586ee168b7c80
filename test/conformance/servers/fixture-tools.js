/** Tools with the names and answers that the MCP conformance suite looks for. */
import { CreateMessageResultSchema, ElicitResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * @typedef {import('@modelcontextprotocol/sdk/types.js').CallToolResult} Result
 * @typedef {import('@modelcontextprotocol/sdk/types.js').Tool} Tool
 * @typedef {import('@modelcontextprotocol/sdk/shared/protocol.js').RequestHandlerExtra<
 *   import('@modelcontextprotocol/sdk/types.js').ServerRequest,
 *   import('@modelcontextprotocol/sdk/types.js').ServerNotification
 * >} Extra
 * @typedef {(given: Readonly<Record<string, unknown>>, extra: Extra) => Promise<Result>} Run
 * @typedef {{ readonly inputSchema?: Tool['inputSchema'], readonly run: Run }} Fixture
 */

/** One red pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
/** A header and no sound. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA='
const NO_ARGUMENTS = /** @type {const} */ ({ type: 'object', properties: {} })

/** @param {...Result['content'][number]} content @returns {Run} */
function answering(...content) {
  return async () => ({ content })
}

/** @param {string} said @returns {Result} */
function saying(said) {
  return { content: [{ type: 'text', text: said }] }
}

/** @param {string} name @returns {Tool['inputSchema']} */
function oneText(name) {
  return { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] }
}

/** @type {Run} */
async function log(_given, extra) {
  const data = ['Tool execution started', 'Tool processing data', 'Tool execution completed']
  for (const line of data) {
    await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data: line } })
    await pause(50)
  }
  return saying('Three messages were logged.')
}

/** @type {Run} */
async function advance(_given, { _meta: meta, ...extra }) {
  const progressToken = meta?.progressToken
  for (const progress of [0, 50, 100]) {
    if (progressToken !== undefined) {
      const params = { progressToken, progress, total: 100 }
      await extra.sendNotification({ method: 'notifications/progress', params })
    }
    await pause(50)
  }
  return saying('Three steps were made.')
}

/** @type {Run} */
async function sample({ prompt }, extra) {
  /** @type {import('@modelcontextprotocol/sdk/types.js').CreateMessageRequest['params']} */
  const params = {
    messages: [{ role: 'user', content: { type: 'text', text: String(prompt) } }],
    maxTokens: 100,
  }
  const { content } = await extra.sendRequest(
    { method: 'sampling/createMessage', params },
    CreateMessageResultSchema,
  )
  return saying(`LLM response: ${'text' in content ? content.text : ''}`)
}

/** @param {string} message @param {object} properties @param {string} lead @param {string[]} [required] @returns {Run} */
function elicit(message, properties, lead, required = []) {
  return async (given, extra) => {
    const asked = typeof given['message'] === 'string' ? given['message'] : message
    const requestedSchema = { type: 'object', properties, required }
    const params = { message: asked, requestedSchema }
    const request = /** @type {import('@modelcontextprotocol/sdk/types.js').ElicitRequest} */ ({
      method: 'elicitation/create',
      params,
    })
    const { action, content } = await extra.sendRequest(request, ElicitResultSchema)
    return saying(`${lead}: action=${action}, content=${JSON.stringify(content ?? {})}`)
  }
}

/** Closes its stream; the client has to come back for the answer. @type {Run} */
async function reconnect(_given, extra) {
  extra.closeSSEStream?.()
  await pause(100)
  return saying('The answer came after the stream was resumed.')
}

const DEFAULTS = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
}

const options = ['option1', 'option2', 'option3']
const titled = ['First', 'Second', 'Third'].map((title, index) => ({ const: `value${index + 1}`, title }))
const ENUMS = {
  untitledSingle: { type: 'string', enum: options },
  titledSingle: { type: 'string', oneOf: titled },
  legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
  untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
  titledMulti: { type: 'array', items: { anyOf: titled } },
}

const USER = {
  username: { type: 'string', description: "User's response" },
  email: { type: 'string', description: "User's email address" },
}

const MIXED = {
  uri: 'test://mixed-content-resource',
  mimeType: 'application/json',
  text: '{"test":"data","value":123}',
}

/** @type {Tool['inputSchema']} */
const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: { type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } },
  },
  properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
  additionalProperties: false,
}

/** @type {Readonly<Record<string, Fixture>>} */
export const TOOLS = {
  test_simple_text: {
    run: answering({ type: 'text', text: 'This is a simple text response for testing.' }),
  },
  test_image_content: { run: answering({ type: 'image', data: PNG, mimeType: 'image/png' }) },
  test_audio_content: { run: answering({ type: 'audio', data: WAV, mimeType: 'audio/wav' }) },
  test_embedded_resource: {
    run: answering({
      type: 'resource',
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    }),
  },
  test_multiple_content_types: {
    run: answering(
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: PNG, mimeType: 'image/png' },
      { type: 'resource', resource: MIXED },
    ),
  },
  test_tool_with_logging: { run: log },
  test_tool_with_progress: { run: advance },
  test_error_handling: {
    run: async () => ({
      ...saying('This tool intentionally returns an error for testing'),
      isError: true,
    }),
  },
  test_sampling: { inputSchema: oneText('prompt'), run: sample },
  test_elicitation: {
    inputSchema: oneText('message'),
    run: elicit('', USER, 'User response', ['username', 'email']),
  },
  test_elicitation_sep1034_defaults: { run: elicit('With defaults', DEFAULTS, 'Elicitation completed') },
  test_elicitation_sep1330_enums: { run: elicit('With enums', ENUMS, 'Elicitation completed') },
  test_reconnection: { run: reconnect },
  json_schema_2020_12_tool: { inputSchema: SCHEMA_2020_12, run: async () => saying('The schema is kept.') },
}

/** What `tools/list` says of them. @returns {Tool[]} */
export function listTools() {
  return Object.entries(TOOLS).map(([name, { inputSchema = NO_ARGUMENTS }]) => ({
    name,
    description: `The fixture ${name} of the conformance suite.`,
    inputSchema,
  }))
}
