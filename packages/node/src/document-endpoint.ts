import type { Gate } from '@turnpike/core'
import { answerWith, type Exchange } from './admit.ts'
import { answerChallenge } from './challenge-endpoint.ts'
import { viewOf } from './request-view.ts'

/**
 * Answers all that a gate answers by itself: its documents, which clients look for below the root of the host wherever the
 * adapter is mounted, and its challenge endpoint.
 *
 * @param target - as for `answerChallenge`
 * @returns false when the request is for something else; nothing was sent then
 */
export function answerEndpoint(gate: Gate, target: string, exchange: Exchange): false | Promise<boolean> {
  return answerDocument(gate, exchange) ? ANSWERED : answerChallenge(gate, target, exchange)
}

const ANSWERED = Promise.resolve(true)

/** Answers GET and HEAD for `gate.documents`: protected resource metadata (RFC 9728). @returns false when nothing was sent */
export function answerDocument(gate: Gate, exchange: Exchange): boolean {
  const { request, extras } = exchange
  if (gate.documents.size === 0 || (request.method !== 'GET' && request.method !== 'HEAD')) return false
  const document = gate.documents.get(viewOf(request, extras).path)
  if (document === undefined) return false
  answerWith(exchange, document)
  return true
}
