import type { Admission, RequestView } from '@turnpike/core'
import type { IncomingHttpHeaders } from 'node:http'
import type { NodeSocket } from './socket-close.ts'

/** What a raw request must have: node:http's IncomingMessage, the http2 compat request, and what frameworks add. */
export interface NodeRequest {
  readonly method?: string | undefined
  /** Request target; frameworks strip mount prefixes off it. */
  readonly url?: string | undefined
  /** The target before any mount stripping (Express). */
  readonly originalUrl?: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly socket: NodeSocket | null | undefined
}

/** What the framework knows beyond the raw request. */
export interface ViewExtras {
  /** The request target as the client sent it, where the framework keeps it elsewhere (default: `request.originalUrl`). */
  readonly target?: string | undefined
  /** The client's address by the framework's own trust setting (default: the peer of the socket). */
  readonly ip?: string | undefined
  /** Full route pattern with its prefix; leave it out where the framework cannot tell patterns from values. */
  readonly route?: string | undefined
  /** Reads what a body parser left (default: `request.body`). */
  body?(): unknown
}

/**
 * Where a raw request carries its view. On the request itself: a WeakMap of all requests in flight would keep each of
 * them alive through several garbage collections.
 */
const VIEW = Symbol('turnpike.view')

interface Carrier {
  [VIEW]?: NodeView
}

/**
 * The engine's view of a raw request: one per request however often it is asked for, because decisions that share a
 * view know of each other (R4). Later calls add a route that was not known before; all else stays as it was.
 */
export function requestView(request: NodeRequest, extras: ViewExtras = {}): RequestView {
  return viewOf(request, extras)
}

/** The same, for those here who note admissions on it. */
export function viewOf(request: NodeRequest & Carrier, extras: ViewExtras = {}): NodeView {
  const known = request[VIEW]
  if (known === undefined) {
    const view = new NodeView(request, extras)
    request[VIEW] = view
    return view
  }
  known.route ??= extras.route
  return known
}

/** How the request was admitted; undefined when no policy admitted it (exempted, or not gated). */
export function admission(request: NodeRequest & Carrier): Admission | undefined {
  return request[VIEW]?.admission
}

/** A class, since one is made per request and its methods then cost nothing. */
export class NodeView implements RequestView {
  readonly method: string
  readonly path: string
  readonly ip: string | undefined
  route: string | undefined
  /** Here rather than on the request: each property that is added to one of Express's costs microseconds. */
  admission: Admission | undefined = undefined
  readonly #request: NodeRequest
  readonly #extras: ViewExtras

  constructor(request: NodeRequest, extras: ViewExtras) {
    this.method = (request.method ?? 'GET').toUpperCase()
    this.path = pathOf(extras.target ?? request.originalUrl ?? request.url ?? '/')
    this.ip = extras.ip ?? request.socket?.remoteAddress
    this.route = extras.route
    this.#request = request
    this.#extras = extras
  }

  header(name: string): string | undefined {
    // Node keeps the first of several Authorization lines; the second may be the one that pays.
    if (name === 'authorization') return allLines(this.#request, name)
    const value = this.#request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }

  body(): unknown {
    if (this.#extras.body !== undefined) return this.#extras.body()
    return 'body' in this.#request ? this.#request.body : undefined
  }
}

/** Pathname of a request target; of the absolute form too (RFC 9112 §3.2.2), whose host is the client's to choose. */
function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const end = path.search(/[?#]/)
  const pathname = end === -1 ? path : path.slice(0, end)
  return pathname === '' ? '/' : pathname
}

function allLines(request: NodeRequest, name: string): string | undefined {
  if (request.headers[name] === undefined) return undefined
  const { rawHeaders } = request
  const lines: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index] ?? ''
    if (field.length === name.length && field.toLowerCase() === name) lines.push(rawHeaders[index + 1] ?? '')
  }
  return lines.join(', ')
}
