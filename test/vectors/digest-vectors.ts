/** What work for a call of MCP is bound to: the digest of its name and arguments in canonical form (RFC 8785). */
import { createHash } from 'node:crypto'
import { canonicalJson } from '../../packages/mcp/src/canonical-json.ts'

interface Call {
  readonly kind: 'tool' | 'resource' | 'prompt'
  readonly name: string
  /** As it came over the wire. */
  readonly arguments: string
}

const CALLS: readonly Call[] = [
  { kind: 'tool', name: 'deep_search', arguments: '{}' },
  { kind: 'tool', name: 'deep_search', arguments: '{"q": "tolls", "depth": 2}' },
  { kind: 'tool', name: 'deep_search', arguments: '{"depth":2.0,"q":"tolls"}' },
  {
    kind: 'tool',
    name: 'numbers',
    arguments: '{"list":[1E3, -0, 0.000001, 1e-7, 1e21, 333333333.33333329]}',
  },
  {
    kind: 'tool',
    name: 'order',
    arguments: '{"\\u20ac":1,"\\r":2,"1":3,"\\ud83d\\ude00":4,"\\u00f6":5,"\\ufb33":6}',
  },
  { kind: 'tool', name: 'text', arguments: '{"a":"\\u000f\\n\\"\\\\/\\u007f","__proto__":{"x":null}}' },
  { kind: 'resource', name: 'file:///notes.txt', arguments: '{}' },
  { kind: 'prompt', name: 'summary', arguments: '{"tone":"dry"}' },
]

export function digestVectors(): unknown {
  return {
    note: 'the resource tag is made of `resource`; challenge.json shows how',
    calls: CALLS.map(({ kind, name, arguments: sent }) => {
      const parsed: unknown = JSON.parse(sent)
      const canonical = canonicalJson(kind === 'tool' ? [name, parsed] : [kind, name, parsed])
      const digest = createHash('sha256').update(canonical).digest('base64url')
      const text = kind === 'tool' ? name : `${kind} ${name}`
      return { kind, name, arguments: sent, canonical, digest, resource: `t${digest} ${text}` }
    }),
    refused: ['a number out of range: 1e400', 'arguments nested deeper than 63'],
  }
}
