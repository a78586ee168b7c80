import type { NodeRequest } from '@turnpike/node'

/** The body of a request, as far as it was read. */
export interface Body {
  /** Undefined where nobody has read it, or it is no JSON. */
  readonly parsed: unknown
  /** Yields the body, or fails as reading it did, to whoever wants to read it where it is not parsed. */
  readonly unparsed: AsyncIterable<unknown>
}

/** Bytes. Most calls are shorter, and no limit on bodies is. */
const MAX_BYTES = 16_384

/** Is it JSON, of a length that was announced and is short? All else is left to those who have limits for it. */
export function isSmallJson({ method, headers }: NodeRequest): boolean {
  const { 'content-type': type, 'content-length': length } = headers
  if (method !== 'POST' || typeof type !== 'string' || !/^application\/json\s*(?:;|$)/i.test(type))
    return false
  return headers['content-encoding'] === undefined && Number(length) <= MAX_BYTES
}

/** Reads a small body to its end and parses it. Never rejects. */
export async function readSmallBody(request: AsyncIterable<unknown>): Promise<Body> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of request) {
      if (typeof chunk === 'string') text += chunk
      else if (chunk instanceof Uint8Array) text += decoder.decode(chunk, { stream: true })
    }
    text += decoder.decode()
  } catch {
    // A stream that broke does so again for whoever reads it next.
    return { parsed: undefined, unparsed: request }
  }
  return { parsed: parse(text), unparsed: once(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function* once(text: string): AsyncIterable<string> {
  yield await Promise.resolve(text)
}
