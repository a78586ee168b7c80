/** A server of the mcp suite on stdio; which one: the first argument. */
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { serverMaker } from './mcp-variants.js'

/** @type {import('./mcp-variants.js').Variant} */
const variant = /** @type {never} */ (process.argv[2])
serveStdio(serverMaker(variant))
