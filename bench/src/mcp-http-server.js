/** The HTTP servers of the mcp suite: a server of SDK 2.x for each request, as `createMcpHandler` makes them. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { requestListener } from '@turnpike/mcp'
import { createServer } from 'node:http'
import { measured } from './measured-server.js'
import { serverMaker } from './mcp-variants.js'

export const contenders = {
  plain: () => host('plain'),
  free: () => host('free'),
  refused: () => host('refused'),
  proven: () => host('proven'),
}

/** @param {import('./mcp-variants.js').Variant} variant */
function host(variant) {
  const handler = createMcpHandler(serverMaker(variant))
  const bare = toNodeHandler(handler)
  /** @type {import('node:http').RequestListener} */
  const plain = (request, response) => void bare(/** @type {never} */ (request), response)
  const named = requestListener(handler, toNodeHandler)
  /** @type {import('node:http').RequestListener} */
  const gated = (request, response) => void named(request, response)
  return measured(() => createServer(variant === 'plain' ? plain : gated).listen(0, '127.0.0.1'))
}
