/** A member of what a service answered, if that is an object which has it itself. */
export function memberOf(body: unknown, name: string): unknown {
  const has = typeof body === 'object' && body !== null && Object.hasOwn(body, name)
  return has ? (Reflect.get(body, name) as unknown) : undefined
}

/** A member that is a text; undefined for anything else. */
export function textIn(body: unknown, name: string): string | undefined {
  const value = memberOf(body, name)
  return typeof value === 'string' ? value : undefined
}

/** Some services write large integers as texts. Undefined for anything but an exact, whole number. */
export function integerIn(body: unknown, name: string): number | undefined {
  const value = memberOf(body, name)
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value
  return Number.isSafeInteger(number) ? Number(number) : undefined
}

/** 32 bytes as 64 lower-case hex digits; undefined for anything else. */
export function hashIn(body: unknown, name: string): string | undefined {
  const value = textIn(body, name)?.toLowerCase()
  return value !== undefined && isHash(value) ? value : undefined
}

/** 32 bytes as 64 lower-case hex digits? */
export function isHash(value: string): boolean {
  return /^[0-9a-f]{64}$/.test(value)
}

const LONGEST_QUOTE = 160

/**
 * Words of a service, fit for an error message: on one line, short, and without anything as long as a key, a preimage
 * or a macaroon.
 */
export function quote(words: unknown): string {
  const text = typeof words === 'string' ? words : JSON.stringify(words ?? '')
  const plain = text
    .replaceAll(/[\w+/=-]{32,}/g, '[...]')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return plain.length > LONGEST_QUOTE ? `${plain.slice(0, LONGEST_QUOTE)}...` : plain
}
