/** The fixture server over HTTP, with sessions that may be resumed. */
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { createEventStore } from '../../../packages/mcp/test/servers/event-store.js'
import { fixtureServer } from './fixture-server.js'

/** @typedef {import('@modelcontextprotocol/sdk/server/index.js').Server} Server */

/**
 * @param {(server: Server) => Server} gated what to do with each server before it is connected
 * @returns {Promise<{ url: string, close: () => void }>}
 */
export async function openFixtureHost(gated = (server) => server) {
  /** @type {Map<string, StreamableHTTPServerTransport>} */
  const sessions = new Map()
  let host = ''

  const openSession = async () => {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: createEventStore(),
      retryInterval: 200,
      enableDnsRebindingProtection: true,
      allowedHosts: [host],
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    await gated(fixtureServer()).connect(transport)
    return transport
  }
  const http = createServer((request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id']))
    const open = known === undefined ? openSession() : Promise.resolve(known)
    void open.then(async (transport) => await transport.handleRequest(request, response))
  })
  await new Promise((resolve) => {
    http.listen(0, '127.0.0.1', () => resolve(undefined))
  })
  const address = http.address()
  host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  const close = () => {
    http.closeAllConnections()
    http.close()
  }
  return { url: `http://${host}/mcp`, close }
}
