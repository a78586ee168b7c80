/** Names and numbers on the wire (docs/mcp.md#wire-forms): the one place that knows them. */

// Keys of `_meta`. The prefix is a reverse-DNS name, as MCP demands of extensions.
/** In a refused tool result: the problem with its offers. */
export const CHALLENGE_META = 'io.github.turnpike/challenge'
/** In the params of a call: a credential, as text. */
export const CREDENTIAL_META = 'io.github.turnpike/credential'
/** In a tool of `tools/list`: what it costs. */
export const PRICE_META = 'io.github.turnpike/price'
/** In the result of an admitted call: the way it came, and what is left. */
export const RECEIPT_META = 'io.github.turnpike/receipt'

/** Named by clients among `capabilities.extensions`: they read refusals that are JSON-RPC errors. */
export const EXTENSION = 'io.github.turnpike/gate'

/** The tool argument that carries a credential where nothing else can: a stock model controls arguments alone. */
export const CREDENTIAL_ARGUMENT = 'turnpike_credential'

/** Keys of the 2026-07-28 envelope in `params._meta`. */
export const PROTOCOL_VERSION_META = 'io.modelcontextprotocol/protocolVersion'
export const CLIENT_CAPABILITIES_META = 'io.modelcontextprotocol/clientCapabilities'

/** Statuses that a gate refuses with. */
export type RefusalStatus = 401 | 402 | 403 | 409 | 429 | 503

/** JSON-RPC error code of each status. */
export type RefusalCodes = Readonly<Record<RefusalStatus, number>>

/** Outside -32768..-32000, as MCP wants of applications. */
export const REFUSAL_CODES: RefusalCodes = {
  401: 401,
  402: 402,
  403: 403,
  409: 409,
  429: 429,
  503: 503,
}

/** Never to be sent (MCP 2026-07-28, error codes). */
export const FORBIDDEN_CODES: readonly number[] = [-32042, -32002]

/** JSON-RPC 2.0 §5.1. */
export const INVALID_PARAMS = -32602
export const INTERNAL_ERROR = -32603
export const METHOD_NOT_FOUND = -32601
