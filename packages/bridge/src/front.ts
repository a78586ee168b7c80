import {
  classifyInboundRequest,
  DEFAULT_MAX_REQUEST_BODY_SIZE,
  hostHeaderValidationResponse,
  type InboundModernRoute,
  isInitializeRequest,
  isJsonContentType,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
  readRequestBody,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server'
import { serveExchange } from './exchange.ts'
import { isObject } from './message.ts'
import type { Relay } from './relay.ts'
import { SessionBook, type SessionSettings } from './session-book.ts'

/** What a front is made of. */
export interface FrontSettings extends SessionSettings {
  /** Where it answers; everything else is 404. */
  readonly path: string
  /** Only this machine can reach it, so only its names are believed (DNS rebinding). */
  readonly isLocal: boolean
  /** A gated way to the server for one exchange of the 2026 era; undefined where the server is a child, which has sessions. */
  readonly openExchange: (() => Relay) | undefined
}

/** Streamable HTTP in front of a server that need not speak it, for clients of both eras. */
export class Front {
  readonly #settings: FrontSettings
  readonly #sessions: SessionBook

  constructor(settings: FrontSettings) {
    this.#settings = settings
    this.#sessions = new SessionBook(settings)
  }

  async fetch(request: Request): Promise<Response> {
    const refused = this.#refuse(request)
    if (refused !== undefined) return refused
    if (request.method !== 'POST') return await this.#continue(request, undefined)
    if (!isJsonContentType(request.headers.get('content-type')))
      return failure(415, -32_000, 'Content-Type must be application/json')
    const read = await readRequestBody(request)
    if (read.tooLarge)
      return failure(413, -32_000, `The body must not exceed ${DEFAULT_MAX_REQUEST_BODY_SIZE} bytes`)
    const body = parseJson(read.text)
    if (body === undefined) return failure(400, -32_700, 'Parse error: the body is no JSON')
    return await this.#post(request, body)
  }

  async close(): Promise<void> {
    await this.#sessions.close()
  }

  #refuse(request: Request): Response | undefined {
    if (new URL(request.url).pathname !== this.#settings.path) return failure(404, -32_601, 'Not found')
    const host = this.#settings.isLocal
      ? hostHeaderValidationResponse(request, localhostAllowedHostnames())
      : undefined
    // Pages of other origins have no business here (MCP, Streamable HTTP: security).
    return host ?? originValidationResponse(request, localhostAllowedOrigins())
  }

  async #post(request: Request, body: unknown): Promise<Response> {
    const route = classifyInboundRequest({ httpMethod: request.method, ...mirroredFields(request), body })
    switch (route.kind) {
      case 'reject':
        return failure(route.httpStatus, route.code, route.message, { data: route.data, id: idOf(body) })
      case 'modern':
        return await this.#exchange(request, route)
      case 'legacy':
        return await this.#continue(request, body)
    }
  }

  async #exchange(request: Request, route: InboundModernRoute): Promise<Response> {
    const { openExchange } = this.#settings
    if (openExchange !== undefined) return await serveExchange(openExchange(), route, request)
    // Clients that know both eras take the hint and open a session.
    const data = { supported: SUPPORTED_PROTOCOL_VERSIONS, requested: route.classification.revision }
    const message = 'This server has sessions: begin with initialize'
    return failure(400, -32_022, message, { data, id: idOf(route.message) })
  }

  async #continue(request: Request, body: unknown): Promise<Response> {
    const id = request.headers.get('mcp-session-id')
    if (id !== null && !isInitializeRequest(body))
      return (
        (await this.#sessions.continue(id, request, body)) ??
        failure(404, -32_001, 'Session not found: it has ended, or its server has. Begin with initialize')
      )
    if (!isInitializeRequest(body))
      return failure(400, -32_000, 'Mcp-Session-Id is missing: begin with initialize')
    const opened = await this.#sessions.open(request, body)
    if (opened !== undefined) return opened
    const full = failure(503, -32_000, 'All sessions are taken; try again later', { id: idOf(body) })
    full.headers.set('Retry-After', '30')
    return full
  }
}

function failure(
  status: number,
  code: number,
  message: string,
  { data, id = null }: { readonly data?: unknown; readonly id?: unknown } = {},
): Response {
  const error = { code, message, ...(data === undefined ? {} : { data }) }
  return Response.json({ jsonrpc: '2.0', error, id }, { status })
}

/** Header fields that repeat what the body says (MCP 2026-07-28); the body decides, and they must agree with it. */
function mirroredFields({ headers }: Request) {
  const [version, method, name] = ['mcp-protocol-version', 'mcp-method', 'mcp-name'].map(
    (field) => headers.get(field) ?? undefined,
  )
  return {
    ...(version === undefined ? {} : { protocolVersionHeader: version }),
    ...(method === undefined ? {} : { mcpMethodHeader: method }),
    ...(name === undefined ? {} : { mcpNameHeader: name }),
  }
}

function idOf(body: unknown): unknown {
  const id = isObject(body) ? body['id'] : undefined
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
