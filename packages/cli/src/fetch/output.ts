import type { ClientEvent } from '@turnpike/client'
import { printable } from '../terminal.ts'
import type { Sink } from './sink.ts'

/** What `--json` prints. */
export interface FetchedJson {
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** UTF-8; absent where the body is none. */
  readonly body?: string
  /** Then: all of it in base64. */
  readonly bodyBase64?: string
  readonly events: readonly ClientEvent[]
}

/** Status line and fields, as they stand before a body. */
export function formatHead({ status, statusText, headers }: Response): Uint8Array {
  const lines = [...headers].map(([name, value]) => `${name}: ${value}`)
  return new TextEncoder().encode(
    [`HTTP/1.1 ${status} ${printable(statusText)}`, ...lines, '', ''].join('\r\n'),
  )
}

/** Passes the body on as it comes. */
export async function passOn({ body }: Response, sink: Sink): Promise<void> {
  if (body === null) return
  const chunks: AsyncIterable<unknown> = body
  for await (const chunk of chunks) {
    if (chunk instanceof Uint8Array) await sink.write(chunk)
  }
}

/** The whole answer in one object. */
export async function fetchedJson(response: Response, events: readonly ClientEvent[]): Promise<FetchedJson> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const { url, status, headers } = response
  return { url, status, headers: Object.fromEntries(headers), ...bodyOf(bytes), events }
}

function bodyOf(bytes: Uint8Array): Pick<FetchedJson, 'body' | 'bodyBase64'> {
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { bodyBase64: Buffer.from(bytes).toString('base64') }
  }
}
