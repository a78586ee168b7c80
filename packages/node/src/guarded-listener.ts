import type { NodeRequest } from './request-view.ts'
import { isGone, type NodeResponse } from './response.ts'

/** Requests that a wrapped listener is at work on: what an inner one throws is the outermost one's to answer. */
const entered = new WeakSet<object>()

/**
 * A listener that never rejects when it is the outermost: it tells of the failure and answers it. One within another
 * rejects, so that each policy on the way sees how its call ended.
 */
export function guarded<Q extends NodeRequest, S extends NodeResponse>(
  onError: (error: unknown) => void,
  listener: (request: Q, response: S) => Promise<void>,
): (request: Q, response: S) => Promise<void> {
  return async (request, response) => {
    if (entered.has(request)) {
      await listener(request, response)
      return
    }
    entered.add(request)
    try {
      await listener(request, response)
    } catch (error) {
      onError(error)
      fail(response)
    }
  }
}

/** What the handler had said about a body that will not come. */
const BODY_FIELDS = [
  'Content-Length',
  'Content-Type',
  'Content-Encoding',
  'ETag',
  'Last-Modified',
  'Cache-Control',
]
/** RFC 9113 §7. */
const INTERNAL_ERROR = 2

/** A bare 500, or a broken-off answer when part of it is out already: never one that looks complete. */
function fail(response: NodeResponse): void {
  if (isGone(response)) return
  if (response.headersSent) {
    if (response.stream === undefined) response.destroy?.()
    else response.stream.close(INTERNAL_ERROR)
    return
  }
  for (const name of BODY_FIELDS) response.removeHeader(name)
  response.statusCode = 500
  response.end()
}
