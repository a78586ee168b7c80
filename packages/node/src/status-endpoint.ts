import { type Answer, checkKnownOptions, type Gate, TurnpikeError } from '@turnpike/core'
import { sendAnswer } from './answer.ts'
import { guarded } from './guarded-listener.ts'
import type { NodeRequest } from './request-view.ts'
import type { NodeResponse } from './response.ts'

/** Who may read what a gate has done. */
export interface StatusOptions<Q> {
  /**
   * Your own authentication, asked for each request; only `true` is let in. There is no default: the figures are of your
   * business.
   * @example authorize: (request) => isAdmin(request.headers.authorization)
   */
  readonly authorize: (request: Q) => boolean | Promise<boolean>
}

/**
 * Serves `gate.status()` as JSON wherever it is mounted, to those whom `authorize` lets in: 403 for all others, 405 for
 * anything but GET and HEAD. The gate counts from the mounting on.
 *
 * @example createServer(statusEndpoint(gate, { authorize: ({ headers }) => isOperator(headers.authorization) })).listen(9464, '127.0.0.1')
 * @param onError - told of what `authorize` throws; the caller sees a bare 500
 * @throws TurnpikeError `status_unguarded` without `authorize`, `option_unknown`
 */
export function statusEndpoint<Q extends NodeRequest>(
  gate: Gate,
  options: StatusOptions<Q>,
  onError: (error: unknown) => void = console.error,
): (request: Q, response: NodeResponse) => Promise<void> {
  const answer = statusAnswers(gate, options)
  return guarded<Q, NodeResponse>(onError, async (request, response) => {
    sendAnswer(response, await answer(request, request.method))
  })
}

/**
 * The same for adapters, which send the answer by their own means.
 * @returns what answers a request of the framework's; it rejects with what `authorize` throws
 * @throws TurnpikeError `status_unguarded`, `option_unknown`
 */
export function statusAnswers<Q>(
  gate: Gate,
  options: StatusOptions<Q>,
): (request: Q, method: string | undefined) => Promise<Answer> {
  checkStatusOptions(options)
  gate.status()
  return async (request, method) => {
    if (method !== 'GET' && method !== 'HEAD') return NOT_ALLOWED
    // JavaScript may answer anything; a request must not get in by an object that is merely there.
    const isAllowed: unknown = await options.authorize(request)
    if (isAllowed !== true) return FORBIDDEN
    return { status: 200, headers: NO_STORE, body: gate.status() }
  }
}

const NO_STORE = { 'cache-control': 'no-store' }
const FORBIDDEN = problem(403, 'Forbidden')
const NOT_ALLOWED = problem(405, 'Method Not Allowed', { allow: 'GET, HEAD' })

/** A problem that its status says all about (RFC 9457 §4.2.1). */
function problem(status: number, title: string, fields: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { ...NO_STORE, ...fields }, body: { type: 'about:blank', title, status } }
}

function checkStatusOptions(options: StatusOptions<never> | undefined): void {
  if (typeof options?.authorize !== 'function') {
    throw new TurnpikeError(
      'status_unguarded',
      'the status of a gate is served to nobody without a function that says to whom: { authorize: (request) => isAdmin(request) }',
    )
  }
  checkKnownOptions('the status endpoint', options, ['authorize'])
}
