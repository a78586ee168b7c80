/** What failures say about themselves, whatever was thrown. */

/** Its message, or what it is as a text. */
export function messageOf(failure: unknown): string {
  return String(memberOf(failure, 'message') ?? failure)
}

/** What it says it comes from; undefined where it does not. */
export function causeOf(failure: unknown): unknown {
  return memberOf(failure, 'cause')
}

/** Its `code`, where that is a text. */
export function codeOf(failure: unknown): string | undefined {
  const code = memberOf(failure, 'code')
  return typeof code === 'string' ? code : undefined
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
