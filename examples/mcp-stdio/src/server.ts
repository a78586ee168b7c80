/** An MCP server on stdio, behind a gate. A host starts it: `{ "command": "node", "args": ["dist/server.js"] }`. */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { createGate, memoryStore, pow } from '@turnpike/core'
import { gateMcpServer } from '@turnpike/mcp'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'

const gate = createGate({
  name: 'mcp-stdio-example',
  secret: process.env['TURNPIKE_SECRET'] ?? randomBytes(32).toString('base64url'),
  store: memoryStore(),
})

serveStdio(makeServer)

/** Each report costs a proof of work; two greetings a minute are free, more are not to be had. */
function makeServer(): McpServer {
  const mcp = new McpServer({ name: 'mcp-stdio-example', version: '1.0.0' })
  const topic = z.object({ topic: z.string() })
  mcp.registerTool('report', { description: 'Writes a report.', inputSchema: topic }, ({ topic: about }) => ({
    content: [{ type: 'text', text: `Report on ${about}: wait, work or pay.` }],
  }))
  mcp.registerTool('greet', { description: 'Says hello.' }, () => ({
    content: [{ type: 'text', text: 'hello' }],
  }))
  return gateMcpServer(mcp, gate, { tools: { report: { require: pow(4) }, greet: { free: '2/1m' } } })
}
