/** A server of SDK 2.x whose tools ask their callers something before they answer (MCP 2026-07-28). */
import {
  acceptedContent,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  McpServer,
} from '@modelcontextprotocol/server'
import { gateMcpServer } from '@turnpike/mcp'
import { z } from 'zod'

const REPLY = z.object({ go: z.boolean() })
const codec = createRequestStateCodec({ key: 'a key of the tests, for the states of the server alone' })
/** @type {ReturnType<typeof fromJsonSchema<{ q?: string }>>} */
const inputSchema = fromJsonSchema({ type: 'object', properties: { q: { type: 'string' } } })
const question = inputRequired.elicit({ message: 'Go on?', requestedSchema: REPLY })

/**
 * @param {import('@turnpike/core').Gate} gate
 * @param {string[]} ran told of each run of a tool to its end
 * @param {import('@turnpike/mcp').McpGateOptions} options
 */
export function askingServer(gate, ran, options) {
  const server = new McpServer(
    { name: 'asking', version: '1.0.0' },
    { requestState: { verify: (state, context) => codec.verify(state, context) } },
  )
  // With a state of its own, and with none.
  for (const name of ['ask', 'ask_plainly']) {
    server.registerTool(name, { inputSchema }, async ({ q = '' }, context) => {
      const reply = acceptedContent(context.mcpReq.inputResponses, 'reply', REPLY)
      if (reply === undefined) {
        const requestState = name === 'ask' ? { requestState: await codec.mint({ q }) } : {}
        return inputRequired({ inputRequests: { reply: question }, ...requestState })
      }
      const state = JSON.stringify(context.mcpReq.requestState() ?? null)
      ran.push(`${name}:${q}:${state}`)
      return { content: [{ type: 'text', text: `${name}:${q}:${state}` }] }
    })
  }
  return gateMcpServer(server, gate, options)
}
