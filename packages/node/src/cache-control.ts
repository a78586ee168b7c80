import type { FieldValue } from './field-list.ts'

/** A directive with its argument; a comma inside a quoted argument separates nothing (RFC 9111 §5.2). */
const DIRECTIVE = /(?:[^",]|"(?:[^"\\]|\\.)*")+/g

/** Directives that let a shared cache keep the answer, or say how long. `private="name"` keeps just that field out. */
const SHARED = /^(?:public|s-maxage\s*=.*|private\s*=.*)$/i

/**
 * `Cache-Control` of an answer that one caller worked or paid for: kept out of shared caches, with what else the
 * handler said left as it was (R25).
 *
 * @example privateCacheControl('public, max-age=60, s-maxage=600') // 'private, max-age=60'
 * @example privateCacheControl('no-store') // 'no-store'
 */
export function privateCacheControl(have: FieldValue): string {
  if (have === undefined) return 'private'
  const directives = (String(have ?? '').match(DIRECTIVE) ?? [])
    .map((directive) => directive.trim())
    .filter((directive) => directive !== '')
  const isPrivate = directives.some((directive) => /^(?:private|no-store)$/i.test(directive))
  if (isPrivate) return directives.join(', ')
  return ['private', ...directives.filter((directive) => !SHARED.test(directive))].join(', ')
}
