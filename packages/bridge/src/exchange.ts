import { type InboundModernRoute, PerRequestHTTPServerTransport } from '@modelcontextprotocol/server'
import type { Relay } from './relay.ts'

/** Serves one exchange of the 2026 era, which has no sessions: the way to the server lasts as long as its answer. */
export async function serveExchange(
  relay: Relay,
  route: InboundModernRoute,
  request: Request,
): Promise<Response> {
  const transport = new PerRequestHTTPServerTransport({ classification: route.classification })
  try {
    await relay.connect(transport)
    const response = await transport.handleMessage(route.message, { request })
    if (route.messageKind === 'notification') void relay.sent().then(async () => await relay.close())
    return response
  } catch {
    // The caller left, or the server could not be talked to at all.
    await relay.close()
    return new Response(null, { status: 499 })
  }
}
