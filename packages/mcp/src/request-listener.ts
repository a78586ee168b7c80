import type { RequestView } from '@turnpike/core'
import { type NodeRequest, requestView } from '@turnpike/node'
import { frameworkAddress, withView } from './http-request.ts'
import { type Body, isSmallJson, readSmallBody } from './small-body.ts'

/** A handler of web requests: what `createMcpHandler` of SDK 2.x makes, and everything of its shape. */
export interface WebHandler {
  fetch(request: Request, options?: WebHandlerOptions): Promise<Response>
}

/** What a handler is told beyond the request: whom a token verifier vouches for, and the body, if a parser was there before. */
export interface WebHandlerOptions {
  readonly authInfo?: unknown
  readonly parsedBody?: unknown
}

/** A raw request that can be read to its end, and what Express and its middleware leave on it. */
export type ReadableRequest = NodeRequest &
  AsyncIterable<unknown> & { readonly auth?: unknown; readonly body?: unknown }

/** All that `toNodeHandler` uses of a raw request. */
export interface ReadMessage extends AsyncIterable<unknown> {
  readonly method: string
  readonly url: string
  readonly headers: NodeRequest['headers']
  readonly auth: Carried
}

/** `toNodeHandler` of `@modelcontextprotocol/node`. */
export type ToNodeHandler<NodeResponse> = (
  handler: WebHandler,
) => (request: ReadMessage, response: NodeResponse, body?: unknown) => Promise<void>

/**
 * Makes a listener for Node or Express of a handler of web requests, and lets the gate know whose request it is, as
 * `withRequest` does, but hand to hand: following a request through all that is awaited costs a server some 80 µs per call.
 *
 * JSON of up to 16 kB is parsed here, as `express.json()` would: the handlers of the SDK would clone the request and read it
 * through streams, which takes longer than a decision. Longer bodies, and others, they read themselves, within their limits.
 *
 * @param toNodeHandler - that of `@modelcontextprotocol/node`
 * @param addressOf - the client's address behind a proxy that you trust (default: `request.ip` of the framework, else the peer)
 * @example createServer(requestListener(createMcpHandler(makeServer), toNodeHandler))
 * @example app.post('/mcp', express.json(), requestListener(createMcpHandler(makeServer), toNodeHandler))
 */
export function requestListener<Q extends ReadableRequest, S>(
  handler: WebHandler,
  toNodeHandler: ToNodeHandler<S>,
  addressOf: (request: Q) => string | undefined = frameworkAddress,
): (request: Q, response: S, body?: unknown) => Promise<void> {
  const handle = toNodeHandler(unpacking(handler))
  return async (request, response, body) => {
    const ip = addressOf(request)
    const view = requestView(request, ip === undefined ? {} : { ip })
    const { parsed, unparsed } = await bodyOf(request, body)
    await handle(messageOf(request, unparsed, new Carried(view, request.auth)), response, parsed)
  }
}

/** Express calls with `next`, and leaves what it parsed on the request. */
async function bodyOf(request: ReadableRequest, given: unknown): Promise<Body> {
  const parsed = given === undefined || typeof given === 'function' ? request.body : given
  if (parsed === undefined && isSmallJson(request)) return await readSmallBody(request)
  return { parsed, unparsed: request }
}

/**
 * Carries a view through `toNodeHandler`: of what belongs to a raw request, only `auth` is passed on to `fetch` as it is. It
 * has the shape of the SDK's AuthInfo, and vouches for nobody.
 */
class Carried {
  readonly token = ''
  readonly clientId = ''
  readonly scopes: string[] = []
  readonly view: RequestView
  readonly auth: unknown

  constructor(view: RequestView, auth: unknown) {
    this.view = view
    this.auth = auth
  }
}

function messageOf(request: ReadableRequest, unparsed: AsyncIterable<unknown>, auth: Carried): ReadMessage {
  const { method = 'GET', url = '/', headers } = request
  return { method, url, headers, auth, [Symbol.asyncIterator]: () => unparsed[Symbol.asyncIterator]() }
}

/** Puts the view on the web request, and what the token verifier said back into its place. */
function unpacking(handler: WebHandler): WebHandler {
  return {
    async fetch(request, { authInfo: carried, ...options } = {}) {
      if (!(carried instanceof Carried)) throw new TypeError('toNodeHandler() did not hand on `auth`')
      const { view, auth } = carried
      return await handler.fetch(
        withView(request, view),
        auth === undefined ? options : { ...options, authInfo: auth },
      )
    },
  }
}
