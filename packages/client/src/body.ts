/** May a request carry a body? Where the runtime does not say (`Request.body` is missing in some browsers), it may. */
export function mayHaveBody(request: Request): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false
  return !('body' in request) || request.body !== null
}

/**
 * Reads a body to its end.
 * @returns its bytes, or undefined if there are more than `maxBytes`; the rest of a stream is then cancelled
 */
export async function readBody(
  message: Request | Response,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const stream: ReadableStream<Uint8Array> | null | undefined = message.body
  if (stream) return await readUpTo(stream, maxBytes)
  const bytes = new Uint8Array(await message.arrayBuffer())
  return bytes.length > maxBytes ? undefined : bytes
}

/** By a reader, because streams are not iterable everywhere. */
async function readUpTo(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return join(chunks, size)
    size += value.length
    if (size > maxBytes) {
      await reader.cancel()
      return undefined
    }
    chunks.push(value)
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
