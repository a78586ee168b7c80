import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

/** One request, as the front of an API sees it. */
export interface FrontRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** The value of a header; '' when it is absent. */
  header(name: string): string
  readonly body: string
  /** Aborted when the client has left. */
  readonly signal: AbortSignal
}

/** What a front answers. */
export interface FrontAnswer {
  readonly status: number
  readonly type: string
  /** Parts of a stream are sent one by one. */
  readonly body: string | AsyncIterable<string>
}

/**
 * How a server may fail its client:
 * - `refuse`: 500 and a word, nothing done; `drop`: the connection, nothing done; `hang`: no answer ever, nothing done;
 * - `dropAnswer`: all is done, but the connection is dropped before the answer; `garble`: all is done, and half of the
 *   answer arrives.
 */
export type Disturbance = 'refuse' | 'drop' | 'hang' | 'dropAnswer' | 'garble'

/** A server on loopback that speaks the documented API of another one. */
export interface Front {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** What was asked so far: method and path, such as 'GET /v1/getinfo'. */
  readonly requests: readonly string[]
  /** From now on fails in this way; `undefined` ends it. */
  disturb(disturbance: Disturbance | undefined): void
  close(): Promise<void>
}

/** The API behind a front. */
export type FrontHandler = (request: FrontRequest) => Promise<FrontAnswer> | FrontAnswer

/** Starts a front on a random port of loopback. An error that `handle` throws becomes a 500 with its message. */
export async function startFront(handle: FrontHandler): Promise<Front> {
  const requests: string[] = []
  let disturbance: Disturbance | undefined

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message, response)
    requests.push(`${request.method} ${request.path}`)
    const now = disturbance
    if (now === 'hang') return
    if (now === 'drop') return void message.socket.destroy()
    if (now === 'refuse') return await send(response, textAnswer(500, 'out of order'))
    const answer = await handle(request)
    if (now === 'dropAnswer') message.socket.destroy()
    else await send(response, now === 'garble' ? await garbled(answer) : answer)
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else void send(response, textAnswer(500, error instanceof Error ? error.message : String(error)))
    })
  })
  return {
    url: await listen(server),
    requests,
    disturb(next) {
      disturbance = next
    },
    close: async () => await close(server),
  }
}

/** One line of JSON. */
export function jsonAnswer(status: number, value: unknown): FrontAnswer {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` }
}

/** Plain text. */
export function textAnswer(status: number, body: string): FrontAnswer {
  return { status, type: 'text/plain', body }
}

async function readRequest(message: IncomingMessage, response: ServerResponse): Promise<FrontRequest> {
  const left = new AbortController()
  response.once('close', () => left.abort())
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://front')
  const parts: string[] = []
  message.setEncoding('utf8')
  for await (const part of message) parts.push(String(part))
  return {
    method: message.method ?? 'GET',
    path: pathname,
    query: searchParams,
    header: (name) => String(message.headers[name.toLowerCase()] ?? ''),
    body: parts.join(''),
    signal: left.signal,
  }
}

async function send(response: ServerResponse, { status, type, body }: FrontAnswer): Promise<void> {
  response.writeHead(status, { 'content-type': type })
  if (typeof body === 'string') {
    response.end(body)
    return
  }
  for await (const part of body) response.write(part)
  response.end()
}

async function garbled({ status, type, body }: FrontAnswer): Promise<FrontAnswer> {
  const parts: string[] = []
  if (typeof body === 'string') parts.push(body)
  else for await (const part of body) parts.push(part)
  const whole = parts.join('')
  return { status, type, body: whole.slice(0, Math.floor(whole.length / 2)) }
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
