/** May a request carry a body? Where the runtime does not say (`Request.body` is missing in some browsers), it may. */
export function mayHaveBody(request: Request): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false
  return !('body' in request) || request.body !== null
}

/**
 * Reads a body to its end.
 * @param patienceMs what has come until then is all that is read; without it, the end is waited for
 * @returns its bytes, or undefined if there are more than `maxBytes`; the rest of a stream is then cancelled
 */
export async function readBody(
  message: Request | Response,
  maxBytes: number,
  patienceMs?: number,
): Promise<Uint8Array | undefined> {
  const stream: ReadableStream<Uint8Array> | null | undefined = message.body
  if (stream) return await readUpTo(stream.getReader(), maxBytes, patienceMs)
  const bytes = new Uint8Array(await message.arrayBuffer())
  return bytes.length > maxBytes ? undefined : bytes
}

/** By a reader, because streams are not iterable everywhere. */
async function readUpTo(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
  patienceMs: number | undefined,
): Promise<Uint8Array | undefined> {
  // Not waited for: of a body that was cloned, cancelling ends only when the other copy does.
  const cancel = (): void => void reader.cancel().catch(() => {})
  const timer = patienceMs === undefined ? undefined : setTimeout(cancel, patienceMs)
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return join(chunks, size)
      size += value.length
      if (size > maxBytes) {
        cancel()
        return undefined
      }
      chunks.push(value)
    }
  } finally {
    clearTimeout(timer)
  }
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
