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
  const carried = argument !== undefined && kind === 'tool' && Object.hasOwn(given, argument)
  // Spreading copies own members as own members, `__proto__` among them.
  const { [carried ? argument : '']: inArguments, ...rest } = given
  const stripped = carried ? rest : given
  return {
    kind,
    name,
    arguments: stripped,
    message: carried ? { ...message, params: { ...params, arguments: stripped } } : message,
    credential: inMeta ?? (carried ? inArguments : undefined),
    isAware: inMeta !== undefined,
  }
}
