/** A header value as Node holds it. */
export type FieldValue = number | string | readonly string[] | undefined

/**
 * Adds names to a list-valued field (Vary, Access-Control-Expose-Headers) without repeating one; names are compared
 * without case (RFC 9110 §5.6.1). A list that holds `*` says everything already.
 */
export function mergeFieldList(have: FieldValue, add: readonly string[]): string {
  if (have === undefined) return add.join(', ')
  const names = String(have ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.includes('*')) return names.join(', ')
  const known = new Set(names.map((name) => name.toLowerCase()))
  const missing = add.filter((name) => !known.has(name.toLowerCase()))
  return [...names, ...missing].join(', ')
}
