/** The HTTP servers of the mcp suite: a server of SDK 2.x for each request, as `createMcpHandler` makes them. */
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { withRequest } from '@turnpike/mcp'
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
  const handler = toNodeHandler(createMcpHandler(serverMaker(variant)))
  /** @type {import('node:http').RequestListener} */
  const listener = (request, response) => void handler(/** @type {never} */ (request), response)
  /** @type {import('node:http').RequestListener} */
  const named = (request, response) => withRequest(request, () => listener(request, response))
  return measured(() => createServer(variant === 'plain' ? listener : named).listen(0, '127.0.0.1'))
}
