import type { Pass, Policy, RequestView, Resource } from '@turnpike/core'
import { requestView, type NodeRequest } from '@turnpike/node'
import { AsyncLocalStorage } from 'node:async_hooks'

/** What carries a message. */
interface Carrier {
  readonly view: RequestView
  readonly decided?: DecidedCall
}

/** The HTTP requests that carry MCP messages: transports hand on their headers at most, and never the address. */
const requests = new AsyncLocalStorage<Carrier>()

/**
 * Runs what handles an MCP request over HTTP, and lets the gate know whose request it is. Transports that take raw Node
 * requests need no help; handlers that make transports of their own (`createMcpHandler`) do. Where such a handler becomes a
 * listener of Node, `requestListener` does it for less.
 *
 * @param ip - the client's address behind a proxy that you trust (default: `request.ip` of the framework, else the peer)
 * @example createServer((request, response) => withRequest(request, () => handler(request, response)))
 * @example app.use('/mcp', (request, _response, next) => withRequest(request, next))
 */
export function withRequest<T>(request: NodeRequest, run: () => T, ip?: string): T {
  const address = ip ?? frameworkAddress(request)
  return requests.run({ view: requestView(request, address === undefined ? {} : { ip: address }) }, run)
}

/** The client's address as the framework says it: `request.ip` of Express and those like it. */
export function frameworkAddress(request: object): string | undefined {
  return 'ip' in request && typeof request.ip === 'string' ? request.ip : undefined
}

/** The HTTP request that is being handled; undefined on stdio and in memory. */
export function currentRequest(): RequestView | undefined {
  return requests.getStore()?.view
}

/** Where a web request carries the view of the raw request that it was made of. */
const VIEW = Symbol('turnpike.view')

/** A web request that carries the view of its raw request, and whose copies do: handlers of both eras forward copies. */
export function withView(request: Request, view: RequestView): Request {
  const clone = (): Request => withView(Request.prototype.clone.call(request), view)
  return Object.assign(request, { clone, [VIEW]: view })
}

/** The view that a web request carries. */
export function carriedView(request: unknown): RequestView | undefined {
  return request instanceof Request && hasView(request) ? request[VIEW] : undefined
}

function hasView(request: object): request is { readonly [VIEW]: RequestView } {
  return VIEW in request
}

/** A call that was admitted before a transport saw its message. */
export interface DecidedCall {
  readonly policy: Policy
  readonly resource: Resource | undefined
  readonly pass: Pass
  /** The gate behind has it, and ends it. */
  isTaken: boolean
}

/** Runs what handles the current request, and hands it a decision. */
export function withDecided(decided: DecidedCall, run: () => void): void {
  const carrier = requests.getStore()
  if (carrier !== undefined) requests.run({ ...carrier, decided }, run)
}

/** The decision on a call, once, if it was made for this very call: another parser may have read another message. */
export function takeDecided(policy: Policy, { resource }: RequestView): Pass | undefined {
  const decided = requests.getStore()?.decided
  if (decided === undefined || decided.isTaken || decided.policy !== policy) return undefined
  if (decided.resource?.text !== resource?.text || decided.resource?.digest !== resource?.digest)
    return undefined
  decided.isTaken = true
  return decided.pass
}

/** How transports are handed Node's requests: Streamable HTTP, and the older HTTP+SSE. */
const HANDLERS = ['handleRequest', 'handlePostMessage'] as const

/** Makes a transport that is handed Node's requests tell us of each. */
export function noteRequests(transport: object): void {
  for (const name of HANDLERS) noteRequestsOf(transport, name)
}

function noteRequestsOf(transport: object, name: (typeof HANDLERS)[number]): void {
  const handle: unknown = Reflect.get(transport, name)
  if (typeof handle !== 'function') return
  Reflect.set(transport, name, (request: unknown, ...more: readonly unknown[]): unknown => {
    const run = (): unknown => Reflect.apply(handle, transport, [request, ...more])
    return isNodeRequest(request) && currentRequest() === undefined ? withRequest(request, run) : run()
  })
}

function isNodeRequest(request: unknown): request is NodeRequest {
  return typeof request === 'object' && request !== null && 'rawHeaders' in request && 'socket' in request
}
