/** How the server was reached, and whether there is a gate at all. */
import { isLoopback } from '@turnpike/client'
import type { PowOffer } from '@turnpike/protocol'
import { type Answer, readAnswer } from './answer.ts'
import { type Exchange, fieldOf } from './exchange.ts'
import { type Finding, mistake, note } from './finding.ts'

/** Whether what is sent can be read on the way. */
export function checkTransport(url: URL): readonly Finding[] {
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return []
  return [
    mistake(
      'plain_http',
      'Plain http: whoever listens can use a solution first, and clients do not send one. Use https.',
    ),
  ]
}

/** An answer that is no refusal. */
export function checkAdmitted({ exchange, way, policies }: Answer): readonly Finding[] {
  const { status } = exchange
  if (status >= 300 && status < 400) {
    const to = fieldOf(exchange, 'location') ?? 'nowhere'
    return [note('redirected', `It redirects to ${to}. Ask that address: solutions are not carried along.`)]
  }
  if (way === 'observed')
    return [note('observed', 'The gate only observes: this call would have been refused in mode "enforce".')]
  if (way !== undefined || policies.length > 0) return []
  return [
    note(
      'not_gated',
      `${status} without any sign of a gate. If this address should be gated, the gate is not in its way.`,
    ),
  ]
}

/** The opening request of an MCP session. Hosts know neither 402 there nor what to do about it. */
export function checkInitialize({ exchange: { status } }: Answer): readonly Finding[] {
  if (status < 400) return []
  if (![401, 402, 403, 429].includes(status))
    return [note('mcp_initialize_refused', `initialize got ${status}: is this an MCP endpoint?`)]
  const why = status === 402 ? 'hosts show "connection failed"' : `hosts take ${status} for a log-in`
  const message = `initialize got ${status}: ${why}. Gate the tools, not the route: gateMcpServer of @turnpike/mcp.`
  return [
    status === 401
      ? note('mcp_initialize_refused', `${message} As it is meant where OAuth is.`)
      : mistake('mcp_initialize_refused', message),
  ]
}

/** The challenge endpoint, which clients ask beforehand; `offer` is what its answer was read as. */
export function checkEndpoint(endpoint: Exchange, offer: PowOffer | undefined): readonly Finding[] {
  const { status, url } = endpoint
  if (offer !== undefined) {
    if (/no-store/i.test(fieldOf(endpoint, 'cache-control') ?? '')) return []
    return [mistake('no_store_missing', 'The challenge endpoint does not send Cache-Control: no-store.')]
  }
  if (status !== 200 && readAnswer(endpoint).problem !== undefined) return []
  const message = `No challenge endpoint at ${url.pathname} (${status}); --challenge-path names another place.`
  return [note('endpoint_missing', message)]
}
