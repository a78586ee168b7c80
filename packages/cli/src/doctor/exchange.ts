/** One request and its answer, down to the single field lines, which `fetch` would join. */
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { withDeadline } from '../deadline.ts'
import { messageOf } from '../failure.ts'

/** What was asked, and what came. */
export interface Exchange {
  readonly method: string
  readonly url: URL
  readonly status: number
  /** Name in lower case and value of each line, as sent. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** The first 64 KiB of a refusal, or of what was asked for its body; empty for others, which may be streams. */
  readonly body: string
  /** Milliseconds since 1970 by the clock of this machine, when the answer came. */
  readonly atMs: number
}

/** What to ask. */
export interface Question {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Read the body of an answer that is no refusal, too, if it is JSON. */
  readonly wantsBody?: boolean
}

const PATIENCE_MS = 10_000
const MAX_BODY_BYTES = 64 * 1024
/** Far more than a gate should send, so that too much can be named rather than fail. */
const MAX_HEADER_BYTES = 256 * 1024

/**
 * Sends one request; redirects are not followed.
 * @throws Error when there is no answer within ten seconds
 */
export async function ask(question: Question, now: () => number, signal: AbortSignal): Promise<Exchange> {
  return await withDeadline(signal, PATIENCE_MS, async (until) => {
    const response = await send(question, until)
    const atMs = now()
    const { statusCode: status = 0, rawHeaders } = response
    const isJson = /\bjson\b/.test(response.headers['content-type'] ?? '')
    const isRead = status >= 400 || (question.wantsBody === true && isJson)
    const body = isRead ? await readBody(response) : ''
    response.destroy()
    return { method: question.method, url: question.url, status, fields: pairsOf(rawHeaders), body, atMs }
  })
}

/** Values of all lines of a field. */
export function linesOf({ fields }: Exchange, name: string): readonly string[] {
  return fields.filter(([one]) => one === name).map(([, value]) => value)
}

/** The value of a field, lines joined as RFC 9110 §5.3 has it; undefined when it is absent. */
export function fieldOf(exchange: Exchange, name: string): string | undefined {
  const lines = linesOf(exchange, name)
  return lines.length === 0 ? undefined : lines.join(', ')
}

async function send({ url, method, headers, body }: Question, signal: AbortSignal): Promise<IncomingMessage> {
  const options = {
    method,
    headers: body === undefined ? headers : { 'content-length': String(body.length), ...headers },
    agent: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    signal,
  }
  return await new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? requestHttps : requestHttp
    const sent: ClientRequest = open(url, options, resolve)
    sent.on('error', (cause) => {
      reject(new Error(`${url.origin} could not be asked: ${messageOf(cause)}`, { cause }))
    })
    sent.end(body)
  })
}

async function readBody(response: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk)
      if (text.length >= MAX_BODY_BYTES) break
    }
  } catch {
    // Cut off: what came is looked at, and found wanting there.
  }
  return text
}

function pairsOf(rawHeaders: readonly string[]): Exchange['fields'] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] ?? ''] as const] : [],
  )
}
