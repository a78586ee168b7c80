/** An MCP server on Express, behind a gate. `npm start -w examples/mcp-http`, another port: `PORT=4000 npm start -w ...`. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createGate, memoryStore, pow } from '@turnpike/core'
import { gateMcpServer, requestListener } from '@turnpike/mcp'
import express from 'express'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'

const gate = createGate({
  name: 'mcp-http-example',
  // In production: a secret that outlives the process.
  secret: process.env['TURNPIKE_SECRET'] ?? randomBytes(32).toString('base64url'),
  // In production: one that outlives the process, too (docs/stores.md).
  store: memoryStore(),
})

const app = express()
app.use(express.json())
// Lets the gate know whose call it is.
app.all('/mcp', requestListener(createMcpHandler(makeServer), toNodeHandler))

const server = app.listen(Number(process.env['PORT'] ?? 3410), '127.0.0.1', () => {
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/mcp`
  console.log(`The MCP server is up at ${url}

Let a host through that knows nothing of the gate, by this in its configuration:

   { "command": "npx", "args": ["-y", "@turnpike/bridge", "${url}"] }
`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => void gate.close())
    server.closeAllConnections()
  })
}

/** One per request: that is what the protocol of 2026 wants. All share the gate. */
function makeServer(): McpServer {
  const mcp = new McpServer({ name: 'mcp-http-example', version: '1.0.0' })
  const question = z.object({ question: z.string() })
  mcp.registerTool(
    'deep_search',
    { description: 'Searches deep.', inputSchema: question },
    ({ question: q }) => ({
      content: [{ type: 'text', text: `Deep down, ${q} is 42.` }],
    }),
  )
  mcp.registerTool('time', { description: 'Tells the time.' }, () => ({
    content: [{ type: 'text', text: new Date().toISOString() }],
  }))
  // Each deep search costs a proof of work; of everything else, five calls a minute are free.
  return gateMcpServer(mcp, gate, {
    tools: { deep_search: { require: pow(4) }, '*': { free: '5/1m', require: pow(4) } },
  })
}
