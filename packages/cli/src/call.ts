/** One call as it is typed, in the flags of curl. */
import { readFile } from 'node:fs/promises'
import { UsageError } from './exit-code.ts'
import { readHeaderLines } from './header-line.ts'
import type { Io } from './io.ts'

/** `-X`, `-H` and `-d`, as typed. */
export interface CallFlags {
  readonly request?: string
  readonly header?: readonly string[]
  readonly data?: string
}

/** What they ask for. */
export interface Call {
  /** Upper case. */
  readonly method: string
  /** Names in lower case, with values; `content-type` is among them where there is a body. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array<ArrayBuffer> | undefined
}

const MAX_STDIN_BYTES = 16 * 2 ** 20
/** A token (RFC 9110, 5.6.2). */
const METHOD = /^[A-Z0-9!#$%&'*+.^_`|~-]+$/
/** What no client of ours sends (Fetch standard, "forbidden method"). */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** @throws UsageError, and Error for a file that cannot be read */
export async function readCall({ request, header, data }: CallFlags, io: Io): Promise<Call> {
  const headers = readHeaderLines(header ?? [])
  const method = readMethod(request ?? (data === undefined ? 'GET' : 'POST'))
  if (data === undefined) return { method, headers, body: undefined }
  if (method === 'GET' || method === 'HEAD') {
    throw new UsageError(`A ${method} has no body; leave --data or -X out.`)
  }
  const isTyped = headers.some(([name]) => name === 'content-type')
  return {
    method,
    headers: isTyped ? headers : [...headers, ['content-type', 'application/json']],
    body: await readData(data, io),
  }
}

function readMethod(text: string): string {
  const method = text.toUpperCase()
  if (METHOD.test(method) && !FORBIDDEN_METHODS.has(method)) return method
  throw new UsageError(`-X must be a method such as GET or POST, not "${text}".`)
}

/** `@file` is its bytes, `@-` those of standard input, anything else is the body itself. */
async function readData(data: string, io: Io): Promise<Uint8Array<ArrayBuffer>> {
  if (data === '@-') return await io.readStdin(MAX_STDIN_BYTES)
  if (!data.startsWith('@')) return new TextEncoder().encode(data)
  return new Uint8Array(await readFile(data.slice(1)))
}
