/** JSON-RPC 2.0 messages as transports hand them over: parsed, otherwise not to be trusted. */

/** What `JSON.parse` makes of `{...}`. */
export type JsonObject = Readonly<Record<string, unknown>>

/** By which an answer finds its request; MCP allows no null. */
export type RequestId = string | number

/** A request, or a notification where `id` is missing. */
export interface RequestMessage {
  readonly method: string
  readonly id?: unknown
  readonly params?: unknown
}

/** The answer to a request. */
export interface ResponseMessage {
  readonly id: RequestId
  readonly result?: unknown
  readonly error?: unknown
}

/** Is it an object, not null and not an array? */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Can it be the id of a request? */
export function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'string' || typeof id === 'number'
}

/** Has it a method? Then it may make a server act, whatever else it has. */
export function isRequestMessage(message: unknown): message is RequestMessage & JsonObject {
  return isObject(message) && typeof message['method'] === 'string'
}

/** Has it an id and no method? Then it answers a request. */
export function isResponseMessage(message: unknown): message is ResponseMessage & JsonObject {
  return isObject(message) && !('method' in message) && isRequestId(message['id'])
}

/** `_meta` of params or a result; empty where there is none. */
export function metaOf(holder: unknown): JsonObject {
  const meta = isObject(holder) ? holder['_meta'] : undefined
  return isObject(meta) ? meta : {}
}

/** A copy of params or a result with `key` in its `_meta`. */
export function withMeta(holder: JsonObject, key: string, value: unknown): JsonObject {
  return { ...holder, _meta: { ...metaOf(holder), [key]: value } }
}

/** The answer to a request that went well. */
export function resultMessage(id: RequestId, result: JsonObject): JsonObject {
  return { jsonrpc: '2.0', id, result }
}

/** The answer to a request that failed; codes are those of JSON-RPC and of MCP. */
export function errorMessage(id: RequestId, code: number, message: string, data?: unknown): JsonObject {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } }
}
