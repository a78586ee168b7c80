import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'

/** A request as a test writes it. Header names are sent as written; several values become separate lines. */
export interface RawRequest {
  /** Default GET. */
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

/** Status and header fields of an answer. */
export interface RawHead {
  readonly status: number
  /** The field's value, lines joined by ', '; undefined when absent. */
  field(name: string): string | undefined
  /** The field's lines, one by one. */
  lines(name: string): readonly string[]
}

/** A whole answer. */
export interface RawAnswer extends RawHead {
  readonly text: string
  json(): unknown
}

/** A request under way, which its client can break off at any moment. */
export interface RawExchange {
  /** Rejects when the connection ends before the answer's header. */
  readonly head: Promise<RawHead>
  /** The body as it arrives; throws when it is broken off. */
  readonly chunks: AsyncIterable<string>
  /** Drops the connection (HTTP/1) or resets the stream (HTTP/2). */
  readonly abort: () => void
}

/** One client; `keepAlive` clients use one connection for all their requests, in turn. */
export interface RawClient {
  send(request: RawRequest): Promise<RawAnswer>
  open(request: RawRequest): RawExchange
  /** Connections made so far. */
  readonly connections: number
  close(): void
}

/** A client that does nothing by itself: no redirects, no retries, no decoding. */
export function createRawHttp(url: string, options: { readonly keepAlive?: boolean } = {}): RawClient {
  const keepAlive = options.keepAlive ?? false
  const agent = new Agent(keepAlive ? { keepAlive, maxSockets: 1 } : { keepAlive })
  const sockets = new WeakSet<object>()
  let connections = 0
  const open = ({ method = 'GET', path, headers = {}, body }: RawRequest): RawExchange => {
    const request = httpRequest(new URL(path, url), { method, agent, headers: copyOf(headers) })
    request.on('socket', (socket) => {
      if (!sockets.has(socket)) connections += 1
      sockets.add(socket)
    })
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve)
      request.on('error', reject)
      request.on('close', () => reject(new Error('closed before the header')))
    })
    // Whoever does not look at the answer, as after an abort, is not to be bothered with its failure.
    response.catch(() => undefined)
    request.end(body)
    const head = response.then((message) => headOf(message.statusCode ?? 0, pairs(message.rawHeaders)))
    head.catch(() => undefined)
    return { head, chunks: chunksOf(response), abort: () => void request.destroy() }
  }
  return {
    open,
    send: async (request) => await collect(open(request)),
    get connections() {
      return connections
    },
    close: () => agent.destroy(),
  }
}

/** The whole answer of an exchange. */
export async function collect({ head, chunks }: RawExchange): Promise<RawAnswer> {
  const top = await head
  const parts: string[] = []
  for await (const chunk of chunks) parts.push(chunk)
  const text = parts.join('')
  return { ...top, text, json: (): unknown => JSON.parse(text) }
}

/** @param fields - header lines as they came, names in any case. */
export function headOf(status: number, fields: readonly (readonly [string, string])[]): RawHead {
  const lines = (name: string): readonly string[] =>
    fields.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
  return { status, lines, field: (name) => (lines(name).length === 0 ? undefined : lines(name).join(', ')) }
}

async function* chunksOf(response: Promise<IncomingMessage>): AsyncGenerator<string> {
  const message = await response
  message.setEncoding('utf8')
  for await (const chunk of message) yield String(chunk)
}

function pairs(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []))
}

function copyOf(headers: NonNullable<RawRequest['headers']>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  )
}
