import { type Gate, TurnpikeError } from '@turnpike/core'
import { checkGateOptions, type McpGateOptions } from './gate-options.ts'
import { noteRequests } from './http-request.ts'
import { MessageGate } from './message-gate.ts'
import { type Connectable, innermost, isConnectable, isConnected, patchConnect } from './patch-connect.ts'
import { createPolicyTable } from './policy-table.ts'

const gated = new WeakSet<Connectable>()

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
  const settings = checkGateOptions(options)
  if (!isConnectable(server)) {
    throw new TurnpikeError('option_invalid', 'gateMcpServer() takes a server of the MCP SDK')
  }
  const target = innermost(server)
  if (gated.has(target)) {
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
  const table = createPolicyTable(gate, options)
  gated.add(target)
  patchConnect(target, (ends) => new MessageGate({ gate, table, settings }, ends), noteRequests)
  return server
}
