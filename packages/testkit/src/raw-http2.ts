import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { collect, headOf, type RawClient, type RawExchange, type RawRequest } from './raw-http.ts'

/** The same client over HTTP/2 without TLS (prior knowledge): one session, a stream per request. */
export function createRawHttp2(url: string): RawClient {
  const session = connect(url)
  session.on('error', () => undefined)
  const open = (request: RawRequest): RawExchange => exchange(session, request)
  return {
    open,
    send: async (request) => await collect(open(request)),
    connections: 1,
    close: () => session.close(),
  }
}

function exchange(session: ClientHttp2Session, request: RawRequest): RawExchange {
  const { method = 'GET', path, headers = {}, body } = request
  const stream = session.request(
    { ':method': method, ':path': path, ...headers },
    { endStream: body === undefined },
  )
  stream.setEncoding('utf8')
  if (body !== undefined) stream.end(body)
  const head = new Promise<ReturnType<typeof headOf>>((resolve, reject) => {
    stream.on('response', ({ ':status': status = 0, ...fields }) => resolve(headOf(status, lines(fields))))
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('closed before the header')))
  })
  // Whoever does not look at the answer, as after an abort, is not to be bothered with its failure.
  head.catch(() => undefined)
  return { head, chunks: chunksOf(stream, head), abort: () => stream.close(constants.NGHTTP2_CANCEL) }
}

async function* chunksOf(stream: ClientHttp2Stream, head: Promise<unknown>): AsyncGenerator<string> {
  await head
  for await (const chunk of stream) yield String(chunk)
  if (stream.rstCode !== constants.NGHTTP2_NO_ERROR)
    throw new Error(`stream reset with code ${stream.rstCode}`)
}

function lines(fields: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((line) => [name, String(line)] as const),
  )
}
