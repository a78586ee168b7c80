import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  OAuthError,
  SdkHttpError,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { BudgetExceededError } from '@turnpike/client'
import { parseProblem } from '@turnpike/protocol'
import { envelopeVersion, isObject } from './message.ts'
import { wordOverBudget } from './obstacle-words.ts'

/** Why a request brought no answer, as its caller is told. */
export interface Trouble {
  /** An HTTP status, also the code of the JSON-RPC error: outside the range that MCP reserves. */
  readonly status: number
  /** For people and models. Carries no header and no token. */
  readonly text: string
  /** The error that the server itself gave, where its HTTP answer holds one. */
  readonly error?: RpcError
}

interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

const MAX_QUOTE = 300

const LOGIN =
  'The server wants a login (OAuth), and the bridge has no browser. The person in charge can give the bridge credentials of its own (TURNPIKE_OAUTH_CLIENT_ID, TURNPIKE_OAUTH_CLIENT_SECRET and TURNPIKE_OAUTH_ISSUER in its environment) or a token (TURNPIKE_AUTHORIZATION).'

/** @param server - the address without query, for the text */
export function describeTrouble(error: unknown, server: string): Trouble {
  if (error instanceof SdkHttpError) return httpTrouble(error)
  if (error instanceof UnauthorizedError) return { status: 401, text: LOGIN }
  if (error instanceof OAuthError)
    return { status: 401, text: `Signing in for the server failed: ${quote(error.message)}` }
  if (error instanceof BudgetExceededError) return { status: 402, text: wordOverBudget(error.asked) }
  const code = causeCode(error)
  if (code !== undefined) return { status: 503, text: `The server at ${server} cannot be reached (${code}).` }
  const message = error instanceof Error ? error.message : String(error)
  return { status: 502, text: `The call to the server at ${server} failed: ${quote(message)}` }
}

/**
 * The answer to a request that got none: silence would leave the host waiting. A tool call is answered by a result, which
 * reaches the model; the server's own error is handed on as it came.
 */
export function troubleAnswer(request: JSONRPCRequest, { status, text, error }: Trouble): JSONRPCMessage {
  const { id, method } = request
  if (error !== undefined) return { jsonrpc: '2.0', id, error: { ...error } }
  if (method !== 'tools/call') return { jsonrpc: '2.0', id, error: { code: status, message: text } }
  const complete = envelopeVersion(request) === undefined ? {} : { resultType: 'complete' }
  return { jsonrpc: '2.0', id, result: { ...complete, content: [{ type: 'text', text }], isError: true } }
}

function httpTrouble({ status, data }: SdkHttpError): Trouble {
  if (status === 401) return { status, text: LOGIN }
  const body = data.text
  const parsed = typeof body === 'string' ? parseJson(body) : undefined
  const rpcError = isObject(parsed) ? readRpcError(parsed['error']) : undefined
  const problem = parseProblem(parsed)
  if (rpcError !== undefined) return { status, text: rpcError.message, error: rpcError }
  if (problem !== undefined) return { status, text: problem.detail }
  if (status === 404) return { status, text: 'The server knows nothing at this address (HTTP 404).' }
  if (status < 400)
    return {
      status: 502,
      text: `The server leads to another address (HTTP ${status}); it has to be configured itself.`,
    }
  const said = typeof body === 'string' && body.trim() !== '' ? `: ${quote(body)}` : ''
  return { status, text: `The server answered with HTTP ${status}${said}` }
}

function readRpcError(error: unknown): RpcError | undefined {
  if (!isObject(error)) return undefined
  const { code, message, data } = error
  if (!Number.isInteger(code) || typeof code !== 'number' || typeof message !== 'string') return undefined
  return { code, message, ...(data === undefined ? {} : { data }) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `fetch` says no more than that it failed; the reason is behind it. */
function causeCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { cause } = error
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code)
  return causeCode(cause)
}

function quote(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)} ...` : line
}
