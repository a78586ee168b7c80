import { TurnpikeError } from '@turnpike/core'
import { CallMeeter } from './call-meeter.ts'
import { checkClientOptions, type McpClientOptions } from './client-options.ts'
import { type Connectable, isConnectable, isConnected, patchConnect } from './patch-connect.ts'
import { interpose, isTransport, type Ends } from './transport.ts'

/**
 * Lets a client of the MCP SDK, 1.x or 2.x, get through a gate: a refused call is worked for or waited out within the
 * limits given, and sent again. What cannot or may not be met comes back as the server sent it.
 *
 * @param clientOrTransport - a client before `connect`, which comes back itself; or a transport, and the one to connect
 *   comes back
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 * @example
 * const client = withTurnpike(new Client({ name: 'agent', version: '1.0.0' }), { maxWaitMs: 10_000 })
 * await client.connect(transport)
 */
export function withTurnpike<T extends object>(clientOrTransport: T, options: McpClientOptions = {}): T {
  const settings = checkClientOptions(options)
  const meet = (ends: Ends): CallMeeter => new CallMeeter(settings, ends)
  if (isConnectable(clientOrTransport)) meetFor(clientOrTransport, meet)
  else if (isTransport(clientOrTransport)) return interpose(clientOrTransport, meet)
  else
    throw new TurnpikeError('option_invalid', 'withTurnpike() takes a client or a transport of the MCP SDK')
  return clientOrTransport
}

function meetFor(client: Connectable, meet: (ends: Ends) => CallMeeter): void {
  if (isConnected(client)) {
    throw new TurnpikeError('option_invalid', 'withTurnpike() came after client.connect(); call it before')
  }
  patchConnect(client, meet)
}
