import type { NodeRequest } from './request-view.ts'
import type { NodeSocket } from './socket-close.ts'

/** What a raw response must have: node:http's ServerResponse, the http2 compat response, and frameworks' own. */
export interface NodeResponse {
  statusCode: number
  readonly req: NodeRequest
  readonly headersSent: boolean
  readonly writableEnded: boolean
  readonly destroyed?: boolean
  /** Why the response was destroyed; set by Express, by Koa and by `stream.pipeline`. */
  readonly errored?: Error | null
  /** Null while the responses to earlier requests on the connection are still being sent. */
  readonly socket?: NodeSocket | null
  /** HTTP/2 only. */
  readonly stream?: Http2Part | undefined
  getHeader(name: string): number | string | string[] | undefined
  setHeader(name: string, value: string | readonly string[]): unknown
  removeHeader(name: string): void
  on(event: 'finish' | 'close', listener: () => void): unknown
  end(): unknown
  end(body: string): unknown
  destroy?(): unknown
}

/** What we use of an HTTP/2 stream. */
export interface Http2Part {
  readonly destroyed: boolean
  readonly aborted: boolean
  close(code?: number): void
}

/** Has the client left, or has the response been destroyed? A finished response is not gone until it is closed. */
export function isGone(response: NodeResponse): boolean {
  // The http2 compat response has no `destroyed`, and its socket belongs to the whole session.
  if (response.stream !== undefined) return response.stream.destroyed
  // Whatever closes a response of node:http destroys it; `closed` would cost Express's microseconds more.
  if (response.destroyed === true) return true
  return (response.socket ?? response.req.socket)?.destroyed === true
}
