import type { Answer } from '@turnpike/core'
import {
  applyAnswer,
  beforeHeaders,
  type Exchange,
  type NodeRequest,
  type NodeResponse,
  type ViewExtras,
} from '@turnpike/node'
import type { AbstractHttpAdapter } from '@nestjs/core'

/** A request of Express, which is Node's own, or of Fastify, which holds Node's. */
export type PlatformRequest = NodeRequest & {
  readonly raw?: NodeRequest
  readonly ip?: string
  readonly body?: unknown
  readonly user?: unknown
  /** Express: where the whole application is mounted. */
  readonly baseUrl?: string
  /** Express. */
  readonly route?: { readonly path?: unknown }
  /** Fastify. */
  readonly routeOptions?: { readonly url?: string | undefined }
}

/** A response of Express, or a reply of Fastify. */
export type PlatformResponse = NodeResponse & { readonly raw?: NodeResponse }

/** Node's own request, the same object for middleware, guards and parameter decorators. */
export function rawRequest(request: PlatformRequest): NodeRequest {
  return request.raw ?? request
}

/** A request of either platform as the shared flow of Node's adapters sees it. A class, since one is made per request. */
export class PlatformExchange implements Exchange, ViewExtras {
  readonly request: NodeRequest
  readonly response: NodeResponse
  /** Else on Express, where looking for what is not there costs microseconds. */
  readonly #onFastify: boolean
  readonly #adapter: AbstractHttpAdapter
  readonly #request: PlatformRequest
  readonly #response: PlatformResponse
  readonly #send: (answer: Answer, exchange: PlatformExchange) => void

  /** @param send - what becomes of an answer of the gate, whose status and fields are on the response by then */
  constructor(
    adapter: AbstractHttpAdapter,
    request: PlatformRequest,
    response: PlatformResponse,
    send: (answer: Answer, exchange: PlatformExchange) => void,
  ) {
    this.#onFastify = adapter.getType() === 'fastify'
    this.request = this.#onFastify ? rawRequest(request) : request
    this.response = this.#onFastify ? (response.raw ?? response) : response
    this.#adapter = adapter
    this.#request = request
    this.#response = response
    this.#send = send
  }

  get extras(): ViewExtras {
    return this
  }

  get target(): string | undefined {
    return this.#request.originalUrl
  }

  get ip(): string | undefined {
    return this.#request.ip
  }

  /** The full pattern of the handler's route, with global prefix and version; unknown below a mount, whose values it lacks. */
  get route(): string | undefined {
    const request = this.#request
    if (this.#onFastify) return request.routeOptions?.url
    const pattern = isMounted(request) ? undefined : request.route?.path
    return typeof pattern === 'string' ? pattern : undefined
  }

  get user(): unknown {
    return this.#request.user
  }

  body(): unknown {
    return this.#request.body
  }

  answer(answer: Answer): void {
    const { response } = this
    applyAnswer(response, answer)
    // Late: Fastify calls every object plain JSON, and Nest 11 warns of one that is called anything else.
    response.removeHeader('Content-Type')
    if (answer.status >= 400) beforeHeaders(response, () => callProblem(response))
    this.#send(answer, this)
  }

  /** Sends a body by the platform's own means. */
  reply(body: object, status: number): void {
    this.#adapter.reply(this.#response, body, status)
  }
}

function isMounted({ baseUrl }: PlatformRequest): boolean {
  return baseUrl !== undefined && baseUrl !== ''
}

/** RFC 9457 §3; a body that the application's own filter has worded is one too, if it is JSON. */
function callProblem(response: NodeResponse): void {
  const type = String(response.getHeader('Content-Type') ?? '')
  if (type.startsWith('application/json')) {
    response.setHeader('Content-Type', type.replace('application/json', 'application/problem+json'))
  }
}
