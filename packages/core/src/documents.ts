import type { Answer } from './decision.ts'
import type { IdentitySource } from './identity.ts'

/** Documents that clients look for at fixed places: protected resource metadata (RFC 9728). */
export interface Documents {
  /** By absolute path; it grows with the policies. */
  readonly byPath: ReadonlyMap<string, Answer>
  learn(sources: readonly IdentitySource[]): void
}

/** They change with a deployment, and browsers of any origin may read them: they hold nothing secret. */
const HEADERS = {
  'content-type': 'application/json',
  'cache-control': 'public, max-age=300',
  'access-control-allow-origin': '*',
} as const

/** Empty at first. */
export function createDocuments(): Documents {
  const byPath = new Map<string, Answer>()
  return {
    byPath,
    learn(sources) {
      for (const [path, document] of sources.flatMap(({ documents }) => [...(documents ?? [])])) {
        if (!isObject(document)) continue
        const known = byPath.get(path)?.body
        byPath.set(path, { status: 200, headers: HEADERS, body: known ? joined(known, document) : document })
      }
    },
  }
}

/**
 * Two requirements may speak of one resource, each with scopes of its own: their lists are one (RFC 9728 §2). Where they
 * speak of different things, the first stays.
 */
function joined(known: object, other: object): object {
  const before = new Map<string, unknown>(Object.entries(known))
  const members = Object.entries(other).map(
    ([name, value]) => [name, joinMember(before.get(name), value)] as const,
  )
  const isOfOneThing = members.every(([, value]) => value !== undefined)
  return isOfOneThing ? { ...known, ...Object.fromEntries(members) } : known
}

/** @returns undefined where they contradict each other */
function joinMember(before: unknown, value: unknown): unknown {
  if (before === undefined || before === value) return value
  if (!Array.isArray(before) || !Array.isArray(value)) return undefined
  const all: readonly unknown[] = before.concat(value)
  return [...new Set(all)]
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
