/** Reads members of untrusted JSON: a value of the right kind and size, or undefined. */

/** A parsed JSON object; its members may be anything. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Is it an object, not null and not an array? */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @returns a text of at most `maxLength` characters. */
export function readText(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && value.length <= maxLength ? value : undefined
}

/** @returns a text that the pattern describes wholly, the pattern having a limit of its own. */
export function readMatch(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined
}

/** @returns a whole number from `least` to `most`, by default the largest that is exact. */
export function readInteger(
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    ? value
    : undefined
}

/** @returns what `read` makes of the first `maxItems` items, without those it refuses; undefined for no array. */
export function readList<T>(
  value: unknown,
  maxItems: number,
  read: (item: unknown) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const items: readonly unknown[] = value.slice(0, maxItems)
  return items.map(read).filter((item) => item !== undefined)
}
