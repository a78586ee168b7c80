/** The members of a JSON object that a client has sent; none of anything else. */
export function membersOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

/** A text, or a number written as one (64-bit integers are sent as texts); undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** A whole number, also when it was sent as a text; undefined for anything else. */
export function wholeOf(value: unknown): number | undefined {
  const text = textOf(value)
  if (text === undefined || !/^-?\d+$/.test(text)) return undefined
  return Number(text)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
