import { TurnpikeError } from '@turnpike/core'
import { CallMeeter } from './call-meeter.ts'
import { checkClientOptions, type McpClientOptions } from './client-options.ts'
import { type Connectable, isConnectable, isConnected, patchConnect } from './patch-connect.ts'
import { serverName } from './server-name.ts'
import { interpose, type Intercept, isTransport, type Ends } from './transport.ts'

/**
 * Lets a client of the MCP SDK, 1.x or 2.x, get through a gate: a refused call is waited out, worked for or, with a wallet, paid
 * for within the budget, and sent again. What cannot or may not be met comes back as the server sent it. Nothing that was
 * worked or paid for is shown over plain http to another machine (R35).
 *
 * @param clientOrTransport - a client before `connect`, which comes back itself; or a transport, and the one to connect
 *   comes back
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 * @example
 * const client = withTurnpike(new Client({ name: 'agent', version: '1.0.0' }), { wallet, budget: { perDaySats: 200 } })
 * await client.connect(transport)
 */
export function withTurnpike<T extends object>(clientOrTransport: T, options: McpClientOptions = {}): T {
  const settings = checkClientOptions(options)
  const meet = (ends: Ends, transport: object): CallMeeter =>
    new CallMeeter(settings, ends, serverName(transport, settings.origin))
  if (isConnectable(clientOrTransport)) meetFor(clientOrTransport, meet)
  else if (isTransport(clientOrTransport)) return interpose(clientOrTransport, meet)
  else
    throw new TurnpikeError('option_invalid', 'withTurnpike() takes a client or a transport of the MCP SDK')
  return clientOrTransport
}

function meetFor(client: Connectable, meet: Intercept): void {
  if (isConnected(client)) {
    throw new TurnpikeError('option_invalid', 'withTurnpike() came after client.connect(); call it before')
  }
  patchConnect(client, meet)
}
