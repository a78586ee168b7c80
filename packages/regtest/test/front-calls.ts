import { createHash } from 'node:crypto'

export interface Reply {
  readonly status: number
  /** The first line, parsed, where it is JSON. */
  readonly body: Record<string, unknown>
  readonly text: string
}

export async function call(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, init)
  const text = await response.text()
  const isJson = response.headers.get('content-type') === 'application/json'
  return { status: response.status, text, body: isJson ? JSON.parse(text.split('\n')[0] ?? '') : {} }
}

export function isPreimageOf(preimage: unknown, hash: string): boolean {
  return (
    createHash('sha256')
      .update(Buffer.from(String(preimage), 'hex'))
      .digest('hex') === hash
  )
}
