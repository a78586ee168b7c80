import type { Gate } from '@turnpike/core'
import { answerWith, type Exchange } from './admit.ts'
import { requestView } from './request-view.ts'

/**
 * Answers `GET <gate.challengePath>[?resource=<name>]` with a fresh challenge.
 *
 * @param target - request target relative to where the endpoint is mounted, with its query: `request.url`.
 * @returns false when the request is for something else; nothing was sent then.
 */
export async function answerChallenge(gate: Gate, target: string, exchange: Exchange): Promise<boolean> {
  const { request, extras } = exchange
  const [path = '', query = ''] = target.split('?', 2)
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (!isRead || path !== gate.challengePath) return false
  const resource = new URLSearchParams(query).get('resource') ?? undefined
  answerWith(exchange, await gate.issue(requestView(request, extras), resource))
  return true
}
