import type { Answer, HeaderFields } from '@turnpike/core'
import { ADMISSION_HEADER, EXPOSED_HEADERS } from '@turnpike/protocol'
import { beforeHeaders } from './before-headers.ts'
import { mergeFieldList } from './field-list.ts'
import { admission } from './request-view.ts'
import { isGone, type NodeResponse } from './response.ts'

const LEGACY = ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset']

/**
 * Sends an answer of the gate: status, header fields, JSON body. A HEAD request gets no body; nothing is sent when
 * headers are out already or the client is gone.
 */
export function sendAnswer(response: NodeResponse, answer: Answer): void {
  if (response.headersSent || isGone(response)) return
  setAnswer(response, answer)
  // To HEAD, Node sends the fields of this body without the body.
  response.end(JSON.stringify(answer.body))
}

/** Sets status and header fields of an answer, for a framework that sends the body by itself. */
export function applyAnswer(response: NodeResponse, answer: Answer): void {
  if (!response.headersSent) setAnswer(response, answer)
}

function setAnswer(response: NodeResponse, answer: Answer): void {
  // An outer policy has admitted the call before this one refused it.
  if (admission(response.req) !== undefined) response.removeHeader(ADMISSION_HEADER)
  response.statusCode = answer.status
  setFields(response, answer.headers)
  if (answer.headers['content-type'] === undefined) {
    response.setHeader('Content-Type', answer.status < 400 ? 'application/json' : 'application/problem+json')
  }
  // Late: Fastify's own fields join the raw ones only when the header goes out.
  if (response.req.headers.origin !== undefined) beforeHeaders(response, () => exposeFields(response))
}

/** Sets header fields; several values become separate lines. */
export function setFields(response: NodeResponse, fields: HeaderFields): void {
  for (const name in fields) response.setHeader(name, fields[name] ?? '')
}

/** Adds our fields to those that the application exposes to scripts of other origins; other CORS fields are its own. */
export function exposeFields(response: NodeResponse): void {
  if (response.req.headers.origin === undefined) return
  const names =
    response.getHeader('X-RateLimit-Limit') === undefined ? EXPOSED_HEADERS : [...EXPOSED_HEADERS, ...LEGACY]
  const name = 'Access-Control-Expose-Headers'
  response.setHeader(name, mergeFieldList(response.getHeader(name), names))
}
