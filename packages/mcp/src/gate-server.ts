import { type Gate, TurnpikeError } from '@turnpike/core'
import type { McpGateOptions } from './gate-options.ts'
import { noteRequests } from './http-request.ts'
import { MessageGate } from './message-gate.ts'
import { type Connectable, innermost, isConnectable, isConnected, patchConnect } from './patch-connect.ts'
import { prepareOptions } from './prepared-options.ts'

/**
 * Marks a server that has a gate. On the server itself: servers made per request would stay alive through several garbage
 * collections in a WeakSet.
 */
const GATED = Symbol('turnpike.gated')

/**
 * Puts a gate before the tools, resources and prompts of a server of the MCP SDK, 1.x or 2.x, whatever transports are
 * connected to it. Call it before `connect`. Tools stay as they are.
 *
 * @returns the server
 * @throws TurnpikeError `mcp_gated_late` for a connected server; `option_unknown`, `option_invalid`,
 *   `requirement_invalid`, `rail_missing`
 * @example
 * gateMcpServer(server, gate, { tools: { deep_search: { require: pow(4) }, '*': { free: '60/1m', require: pow(4) } } })
 */
export function gateMcpServer<S extends Connectable>(server: S, gate: Gate, options: McpGateOptions): S {
  if (!isConnectable(server)) {
    throw new TurnpikeError('option_invalid', 'gateMcpServer() takes a server of the MCP SDK')
  }
  const target = innermost(server)
  if (GATED in target) {
    throw new TurnpikeError(
      'option_invalid',
      'gateMcpServer() was called for this server before; put all policies into one call',
    )
  }
  if (isConnected(target)) {
    throw new TurnpikeError(
      'mcp_gated_late',
      'gateMcpServer() came after server.connect(): that transport would stay open. Call it before',
    )
  }
  const { table, settings } = prepareOptions(gate, options)
  Reflect.set(target, GATED, true)
  patchConnect(target, (ends) => new MessageGate({ gate, table, settings }, ends), noteRequests)
  return server
}
