/** JSON Canonicalization Scheme (RFC 8785): one text for one value, however its members are ordered. */

const MAX_DEPTH = 64

/** The value has no canonical form: a number that JSON has not, nesting beyond 64, or no JSON at all. */
export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError'
}

/**
 * Own members alone count, `__proto__` among them; members whose value is undefined are left out, as JSON does.
 *
 * @throws NotCanonicalError
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new NotCanonicalError(`nested deeper than ${MAX_DEPTH}`)
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'object') return canonicalObject(value, depth + 1)
  // ECMAScript's own form of numbers is that of RFC 8785 §3.2.2.3; -0 becomes 0.
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  throw new NotCanonicalError(typeof value === 'number' ? 'a number out of range' : `a ${typeof value}`)
}

function canonicalObject(value: object, depth: number): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth)).join(',')}]`
  // `sort` compares UTF-16 units, as RFC 8785 §3.2.3 wants.
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  let text = ''
  for (const [name, member] of members) {
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member, depth)}`
  }
  return `{${text}}`
}

/**
 * Has the value a canonical form? Tells so without making it.
 *
 * @throws NotCanonicalError as `canonicalJson` does
 */
export function checkCanonical(value: unknown, depth = 0): void {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) {
    if (depth > MAX_DEPTH || !isCanonicalScalar(value)) canonicalJson(value, depth)
    return
  }
  // Arrays hold no undefined in JSON; members that are undefined are left out.
  const isList = Array.isArray(value)
  for (const member of isList ? value : Object.values(value)) {
    if (isList || member !== undefined) checkCanonical(member, depth + 1)
  }
}

function isCanonicalScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value)
}
