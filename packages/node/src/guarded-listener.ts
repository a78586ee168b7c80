import type { NodeRequest } from './request-view.ts'
import { isGone, type NodeResponse } from './response.ts'

/**
 * A listener that never rejects: it tells of the failure and answers it, so that one listener within another is safe
 * whether it is waited for or not. A policy outside sees the 500.
 */
export function guarded<Q extends NodeRequest, S extends NodeResponse>(
  onError: (error: unknown) => void,
  listener: (request: Q, response: S) => Promise<void>,
): (request: Q, response: S) => Promise<void> {
  return async (request, response) => {
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
