import type { CallerName } from '@turnpike/core'
import { carriedView, currentRequest } from './http-request.ts'
import { isObject } from './json-rpc.ts'

/** Where a message came from, as far as is honestly known. Session ids and `clientInfo` are anybody's to choose. */
export interface MessageOrigin {
  /** Undefined where the transport does not say, and on stdio. */
  readonly ip: string | undefined
  /** Whom an authorization server vouches for; on stdio the one local caller. Undefined: the address has to do. */
  readonly caller: CallerName | undefined
  /** The HTTP request that brought it, perhaps with others. */
  readonly carrier: object | undefined
  header(name: string): string | undefined
}

/** @param extra - what the SDK hands over with a message: `authInfo`, and `requestInfo` (1.x) or `request` (2.x) */
export function originOf(extra: unknown, local: CallerName): MessageOrigin {
  const holder = requestIn(extra)
  const request = carriedView(holder) ?? currentRequest()
  const headers = headersOf(holder)
  const authorized = authorizedCaller(extra)
  const isHttp = request !== undefined || headers !== undefined
  return {
    ip: request?.ip,
    carrier: request ?? holder,
    caller: authorized ?? (isHttp ? undefined : local),
    header: (name) => request?.header(name) ?? headers?.(name),
  }
}

/** The request as the SDK hands it over: one object for all messages of a batch. */
function requestIn(extra: unknown): object | undefined {
  const holder = isObject(extra) ? (extra['request'] ?? extra['requestInfo']) : undefined
  return typeof holder === 'object' && holder !== null ? holder : undefined
}

function headersOf(holder: object | undefined): ((name: string) => string | undefined) | undefined {
  const headers = holder !== undefined && 'headers' in holder ? holder.headers : undefined
  if (headers instanceof Headers) return (name) => headers.get(name) ?? undefined
  if (!isObject(headers)) return undefined
  return (name) => {
    const value = headers[name]
    if (Array.isArray(value)) return value.join(', ')
    return typeof value === 'string' ? value : undefined
  }
}

/**
 * `authInfo` is the word of the operator's own token verifier. One account may have many clients; a client without an account
 * acts for itself. Marked as such: who may choose the name of a client or a user takes no API key's windows by it.
 */
function authorizedCaller(extra: unknown): CallerName | undefined {
  const auth = isObject(extra) ? extra['authInfo'] : undefined
  if (!isObject(auth) || typeof auth['clientId'] !== 'string' || auth['clientId'] === '') return undefined
  const { clientId } = auth
  const sub = isObject(auth['extra']) ? auth['extra']['sub'] : undefined
  const account = typeof sub === 'string' && sub !== '' ? sub : clientId
  return {
    class: 'client',
    id: JSON.stringify(['authInfo', account, clientId]),
    subject: JSON.stringify(['authInfo', account]),
  }
}
