/** The asking server over HTTP, on a store in the file that the first argument names. Several may share it. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createGate, pow } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { withRequest } from '@turnpike/mcp'
import { createServer } from 'node:http'
import { askingServer } from './asking-server.js'

const gate = createGate({
  secret: 'a secret of the tests, long enough to be one',
  store: lmdbStore(process.argv[2] ?? ''),
})
const tools = { '*': { require: pow(1, { quota: false, adaptive: false }) } }
const handler = toNodeHandler(createMcpHandler(() => askingServer(gate, [], { tools })))
const server = createServer((request, response) => {
  void withRequest(request, async () => await handler(/** @type {never} */ (request), response))
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/mcp` }))
})
process.on('SIGTERM', () => {
  server.closeAllConnections()
  server.close(() => void gate.close())
})
