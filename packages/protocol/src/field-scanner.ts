/** Walks over the text of a header field from left to right; every step is one sticky pattern. */

/** A place in a field's text, and what can be taken from there. */
export interface FieldScanner {
  /** Takes what the pattern, which must be sticky, matches here; undefined, and no step, when it does not match. */
  take(pattern: RegExp): string | undefined
  /** Takes a quoted string and undoes its escapes (RFC 9110 §5.6.4); undefined when none begins and ends here. */
  takeQuoted(): string | undefined
  /** Index of the next character. */
  position(): number
  isAtEnd(): boolean
}

// Unrolled, so that a string that never ends costs one pass.
const QUOTED = /"[^"\\]*(?:\\.[^"\\]*)*"/sy
const ESCAPE = /\\(.)/gs

/** Begins at the first character. */
export function createFieldScanner(text: string): FieldScanner {
  let at = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const taken = pattern.exec(text)?.[0]
    if (taken !== undefined) at += taken.length
    return taken
  }
  return {
    take,
    takeQuoted: () => take(QUOTED)?.slice(1, -1).replace(ESCAPE, '$1'),
    position: () => at,
    isAtEnd: () => at >= text.length,
  }
}
