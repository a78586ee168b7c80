import { type OAuthClientProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { Explanations } from './answering-transport.ts'
import type { SessionTransport } from './reviving-transport.ts'
import { describeTrouble } from './trouble.ts'

/** How a server is reached over Streamable HTTP. */
export interface HttpServer {
  readonly url: URL
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
  readonly login?: OAuthClientProvider | undefined
  readonly fetch?: typeof fetch
}

/** A transport to the server: redirects are followed within its origin alone. */
export function httpTransport({ url, headers, login, fetch }: HttpServer): SessionTransport {
  return new StreamableHTTPClientTransport(url, {
    requestInit: { headers: { ...headers } },
    ...(login === undefined ? {} : { authProvider: login }),
    ...(fetch === undefined ? {} : { fetch }),
  })
}

/**
 * Work and money are for the server alone; a login, say, is at other origins (R35).
 * @param gated - meets refusals
 */
export function fetchWithin(origin: string, gated: typeof fetch): typeof fetch {
  return async (input, init) => {
    const { origin: asked } = new URL(input instanceof Request ? input.url : input)
    return await (asked === origin ? gated : globalThis.fetch)(input, init)
  }
}

/** What is said when it cannot be talked to; of the address no more than what is not secret. */
export function httpExplanations({ origin, pathname }: URL): Explanations {
  const server = origin + pathname
  return {
    failed: (error) => describeTrouble(error, server),
    cutOff: { status: 502, text: `The server at ${server} ended its answer before it was complete.` },
    lost: { status: 502, text: `The connection to the server at ${server} was lost.` },
  }
}
