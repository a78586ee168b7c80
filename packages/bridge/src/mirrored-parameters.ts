import type { JSONRPCRequest } from '@modelcontextprotocol/client'
import { envelopeVersion, isObject, type JsonObject } from './message.ts'

/** A parameter, by the way to it through the arguments, and the header field that repeats it. */
interface Mirrored {
  readonly path: readonly string[]
  readonly field: string
}

/** RFC 9110 §5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^`|~\w]+$/
const PLAIN = /^[\t\u0020-\u007e]+$/
/** Objects within objects that are looked through for a parameter. */
const MAX_DEPTH = 16

/**
 * Parameters that tools want repeated as header fields (MCP 2026-07-28, `x-mcp-header` in a tool's schema). On stdio there
 * are no such fields, so whoever speaks HTTP for a host has to read the schemas.
 */
export class MirroredParameters {
  readonly #tools = new Map<string, readonly Mirrored[]>()

  /** @param result - of `tools/list` */
  learn(result: unknown): void {
    const tools: unknown = isObject(result) ? result['tools'] : undefined
    if (!Array.isArray(tools)) return
    for (const tool of tools as readonly unknown[]) {
      if (isObject(tool) && typeof tool['name'] === 'string') {
        this.#tools.set(tool['name'], mirroredIn(tool['inputSchema']))
      }
    }
  }

  /** The fields of a call; none for calls of eras that do not know them. */
  fieldsOf(request: JSONRPCRequest): Readonly<Record<string, string>> {
    if (request.method !== 'tools/call' || envelopeVersion(request) === undefined) return {}
    const mirrored = this.#tools.get(String(request.params?.['name'])) ?? []
    return Object.fromEntries(
      mirrored.flatMap(({ path, field }) => {
        const text = textOf(valueAt(request.params?.['arguments'], path))
        return text === undefined ? [] : [[`Mcp-Param-${field}`, encode(text)] as const]
      }),
    )
  }
}

function mirroredIn(schema: unknown): readonly Mirrored[] {
  const found: Mirrored[] = []
  gather(schema, [], found)
  return found
}

/** Only what is reached by `properties` alone has one place in the arguments. */
function gather(schema: unknown, path: readonly string[], found: Mirrored[]): void {
  const properties = isObject(schema) ? schema['properties'] : undefined
  if (!isObject(properties) || path.length >= MAX_DEPTH) return
  for (const [name, property] of Object.entries(properties)) {
    const here = [...path, name]
    const field = isObject(property) ? property['x-mcp-header'] : undefined
    if (typeof field === 'string' && TOKEN.test(field)) found.push({ path: here, field })
    gather(property, here, found)
  }
}

function valueAt(given: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) ? ownMember(value, name) : undefined), given)
}

function ownMember(value: JsonObject, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

/** Only what JSON and a header field agree on. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value)
}

/** What a field cannot hold as it stands, or what looks as if it were encoded already, is. */
function encode(text: string): string {
  const isPlain = PLAIN.test(text) && text === text.trim() && !/^=\?base64\?.*\?=$/.test(text)
  return isPlain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`
}
