import { isObject, metaOf, type JsonObject, type RequestMessage } from './json-rpc.ts'
import { CREDENTIAL_META } from './wire-names.ts'

/** What can have a policy. */
export type CallKind = 'tool' | 'resource' | 'prompt'

/** A call that may be gated, as policies written as functions see it. */
export interface McpCall {
  readonly kind: CallKind
  /** Name of the tool or prompt, URI of the resource. */
  readonly name: string
  /** As sent, without our own credential; untrusted. Empty for resources. */
  readonly arguments: JsonObject
}

/** A call as it came, and what was found in it. */
export interface ReadCall extends McpCall {
  /** The message to hand on: without the credential that travelled among the arguments. */
  readonly message: RequestMessage & JsonObject
  /** In `params._meta`, else among the arguments; of any type. Undefined: none. */
  readonly credential: unknown
  /** It came in `params._meta`: only clients that know us put it there. */
  readonly isAware: boolean
}

const KINDS: ReadonlyMap<string, CallKind> = new Map([
  ['tools/call', 'tool'],
  ['resources/read', 'resource'],
  ['prompts/get', 'prompt'],
])

/** What a method calls; undefined for methods that are never gated: opening requests, lists, notifications. */
export function kindOf(method: string): CallKind | undefined {
  return KINDS.get(method)
}

/** What a call is named by in challenges and refusals. */
export function resourceText({ kind, name }: Pick<McpCall, 'kind' | 'name'>): string {
  return kind === 'tool' ? name : `${kind} ${name}`
}

/** Is it nearly one of the gated methods? No server should run it, and a lenient one shall not. */
export function isLookalike(method: string): boolean {
  return !KINDS.has(method) && KINDS.has(method.trim().toLowerCase())
}

/**
 * Reads a call of a gated kind.
 *
 * @param argument - name of the tool argument that may carry a credential; undefined: none does
 * @returns undefined where the name is missing or not a text
 */
export function readCall(
  message: RequestMessage & JsonObject,
  kind: CallKind,
  argument: string | undefined,
): ReadCall | undefined {
  const params = isObject(message.params) ? message.params : {}
  const name = params[kind === 'resource' ? 'uri' : 'name']
  if (typeof name !== 'string') return undefined
  const inMeta = metaOf(params)[CREDENTIAL_META]
  const given = isObject(params['arguments']) ? params['arguments'] : {}
  const read = { kind, name, arguments: given, message, credential: inMeta, isAware: inMeta !== undefined }
  const carries = argument !== undefined && kind === 'tool' && Object.hasOwn(given, argument)
  return carries ? withoutCarried(read, argument) : read
}

/** Takes the credential out of the arguments; one in `_meta` goes before it. */
function withoutCarried(call: ReadCall, argument: string): ReadCall {
  const { message, credential } = call
  // Spreading copies own members as own members, `__proto__` among them.
  const { [argument]: carried, ...rest } = call.arguments
  const params = { ...(isObject(message.params) ? message.params : {}), arguments: rest }
  return { ...call, arguments: rest, message: { ...message, params }, credential: credential ?? carried }
}
