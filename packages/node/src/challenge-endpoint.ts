import type { Gate } from '@turnpike/core'
import { answerWith, type Exchange } from './admit.ts'
import { requestView } from './request-view.ts'

/**
 * Answers `GET <gate.challengePath>[?resource=<name>]` with a fresh challenge.
 *
 * @param target - request target relative to where the endpoint is mounted, with its query: `request.url`.
 * @returns false when the request is for something else; nothing was sent then.
 */
export function answerChallenge(gate: Gate, target: string, exchange: Exchange): false | Promise<boolean> {
  const { method } = exchange.request
  if (method !== 'GET' && method !== 'HEAD') return false
  if (!target.startsWith(gate.challengePath)) return false
  const [path = '', query = ''] = target.split('?', 2)
  return path === gate.challengePath && answer(gate, query, exchange)
}

async function answer(gate: Gate, query: string, exchange: Exchange): Promise<boolean> {
  const { request, extras } = exchange
  const resource = new URLSearchParams(query).get('resource') ?? undefined
  answerWith(exchange, await gate.issue(requestView(request, extras), resource))
  return true
}
