import {
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type JSONRPCResponse,
  PROTOCOL_VERSION_META_KEY,
  type RequestId,
} from '@modelcontextprotocol/client'

/** Messages as the SDK's transports hand them over: parsed and checked, of methods known and unknown. */

/** What `JSON.parse` makes of `{...}`. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Is it an object, not null and not an array? */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Does it want an answer? */
export function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && 'id' in message
}

/** Does it want something done, and no answer? */
export function isNotification(message: JSONRPCMessage): message is JSONRPCNotification {
  return 'method' in message && !('id' in message)
}

/** Is it an answer, be it a result or an error? */
export function isResponse(message: JSONRPCMessage): message is JSONRPCResponse {
  return !('method' in message)
}

/** The request that a notification takes back; undefined for all other messages. */
export function cancelledId(message: JSONRPCMessage): RequestId | undefined {
  if (!isNotification(message) || message.method !== 'notifications/cancelled') return undefined
  const id = message.params?.['requestId']
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

/** The revision of 2026 or later that a message says it is of, in its envelope. */
export function envelopeVersion(message: JSONRPCMessage): string | undefined {
  const version = 'params' in message ? metaOf(message.params)[PROTOCOL_VERSION_META_KEY] : undefined
  return typeof version === 'string' ? version : undefined
}

/** By which the caller of a request wants to hear of its progress. */
export function progressTokenOf({ params }: JSONRPCRequest): string | number | undefined {
  const token = metaOf(params)['progressToken']
  return typeof token === 'string' || typeof token === 'number' ? token : undefined
}

/** `_meta` of params or a result; empty where there is none. */
export function metaOf(holder: unknown): JsonObject {
  const meta = isObject(holder) ? holder['_meta'] : undefined
  return isObject(meta) ? meta : {}
}
