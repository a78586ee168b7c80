/** `Retry-After` (RFC 9110 §10.2.3). */

const SECONDS = /^-?[0-9]{1,20}$/
/** The three forms of RFC 9110 §5.6.7: IMF-fixdate, RFC 850, asctime; the last names no zone. */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT)$/
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/

/** @returns whole seconds, rounded up and at least 1: a client that obeys never comes too early. */
export function formatRetryAfter(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)))
}

/**
 * @param nowMs unix time in milliseconds, for the form that is a date
 * @returns milliseconds from now, never below 0; undefined for junk. Callers cap it: it may be very long.
 */
export function parseRetryAfter(text: string, nowMs: number): number | undefined {
  const trimmed = text.trim()
  if (SECONDS.test(trimmed)) return Math.max(0, Number(trimmed) * 1000)
  const date = parseHttpDate(trimmed)
  return date === undefined ? undefined : Math.max(0, date - nowMs)
}

function parseHttpDate(text: string): number | undefined {
  if (!HTTP_DATE.test(text) && !ASCTIME.test(text)) return undefined
  const date = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(date) ? undefined : date
}
