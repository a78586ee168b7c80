/** The code that Node gave an error: `ENOENT`, `EADDRINUSE`. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
}
