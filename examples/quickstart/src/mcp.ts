import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { type Gate, pow } from '@turnpike/core'
import { gateMcpServer } from '@turnpike/mcp'
import type { Request, Response } from 'express'
import { randomInt } from 'node:crypto'

/** An MCP server with a tool for nothing and one that wants work, behind the gate of the whole application. */
function makeServer(gate: Gate): McpServer {
  const server = new McpServer({ name: 'quickstart', version: '1.0.0' })
  server.registerTool('roll_dice', { description: 'Rolls a die.' }, () => ({
    content: [{ type: 'text', text: `You rolled a ${randomInt(1, 7)}.` }],
  }))
  server.registerTool('deep_search', { description: 'Searches deeply.' }, () => ({
    content: [{ type: 'text', text: 'You worked your way in.' }],
  }))
  return gateMcpServer(server, gate, { tools: { deep_search: { require: pow(4) } }, describePrices: true })
}

/** Answers `POST /mcp`: a server for each request, which is gone with its response. */
export async function answerMcp(gate: Gate, request: Request, response: Response): Promise<void> {
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  response.on('close', () => void transport.close())
  await makeServer(gate).connect(transport)
  await transport.handleRequest(request, response, request.body)
}
