/**
 * The rate-limit fields in the wire form of draft-ietf-httpapi-ratelimit-headers-08 to -11: lists of quoted names with
 * parameters (RFC 9651). Later drafts may rename parameters; only this file knows their letters.
 */

import { createFieldScanner, type FieldScanner } from './field-scanner.ts'

/** One item of `RateLimit-Policy`: what is allowed. */
export interface RateLimitPolicy {
  readonly name: string
  /** Units in any window. */
  readonly limit: number
  /** Sent in whole seconds, rounded up. */
  readonly windowMs: number
}

/** One item of `RateLimit`: what is left. */
export interface RateLimitState {
  readonly name: string
  readonly remaining: number
  /** Until more becomes available; sent in whole seconds, rounded up. */
  readonly resetMs: number
}

/** The older fields without a standard, by header name. */
export interface LegacyRateLimit {
  readonly 'x-ratelimit-limit': string
  readonly 'x-ratelimit-remaining': string
  /** Unix seconds. */
  readonly 'x-ratelimit-reset': string
}

interface Item {
  readonly name: string
  readonly params: ReadonlyMap<string, string>
}

/** Longest field that is looked at, in characters. */
const MAX_LENGTH = 4096
/** Largest whole number of a structured field (RFC 9651 §3.3.1). */
const MAX_INTEGER = 999_999_999_999_999

const COMMA = /[ \t]*,[ \t]*/y
const BLANKS = /[ \t]*/y
const SEMICOLON = /; */y
const KEY = /[a-z*][a-z0-9_\-.*]*/y
const EQUALS = /=/y
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y
/** A number, token, boolean, date or byte sequence; which of them matters only to the parameters we read. */
const BARE_VALUE = /[^ \t",;]+/y
const WHOLE_NUMBER = /^[0-9]{1,15}$/
const UNPRINTABLE = /[^\x20-\x7e]/gu
const NEEDS_ESCAPE = /["\\]/g
/** Names that need no change: nearly all of them. */
const PLAIN = /^[ !#-[\]-~]*$/

/** @returns the value of `RateLimit-Policy`: `"burst";q=100;w=60, "daily";q=1000;w=86400`. */
export function formatRateLimitPolicy(policies: readonly RateLimitPolicy[]): string {
  return policies
    .map(({ name, limit, windowMs }) => {
      const seconds = Math.max(1, wholeSeconds(windowMs))
      return `${formatName(name)};q=${wholeUnits(limit)};w=${seconds}`
    })
    .join(', ')
}

/** @returns the value of `RateLimit`: `"burst";r=50;t=30`. */
export function formatRateLimit(states: readonly RateLimitState[]): string {
  return states
    .map(({ name, remaining, resetMs }) => {
      return `${formatName(name)};r=${wholeUnits(remaining)};t=${wholeSeconds(resetMs)}`
    })
    .join(', ')
}

/**
 * The `X-RateLimit-*` fields of one window.
 *
 * @param nowMs unix time in milliseconds: their reset is a time of day, not a duration
 */
export function formatLegacyRateLimit(
  state: { readonly limit: number; readonly remaining: number; readonly resetMs: number },
  nowMs: number,
): LegacyRateLimit {
  return {
    'x-ratelimit-limit': String(wholeUnits(state.limit)),
    'x-ratelimit-remaining': String(wholeUnits(state.remaining)),
    'x-ratelimit-reset': String(wholeSeconds(nowMs + Math.max(0, state.resetMs))),
  }
}

/** Never throws. @returns an empty list for a field that cannot be read; items without `q` and `w` are left out. */
export function parseRateLimitPolicy(text: string): readonly RateLimitPolicy[] {
  return parseItems(text).flatMap(({ name, params }) => {
    const limit = wholeNumber(params.get('q'))
    const window = wholeNumber(params.get('w'))
    return limit === undefined || !window ? [] : [{ name, limit, windowMs: window * 1000 }]
  })
}

/** Never throws. @returns an empty list for a field that cannot be read; items without `r` and `t` are left out. */
export function parseRateLimit(text: string): readonly RateLimitState[] {
  return parseItems(text).flatMap(({ name, params }) => {
    const remaining = wholeNumber(params.get('r'))
    const reset = wholeNumber(params.get('t'))
    return remaining === undefined || reset === undefined ? [] : [{ name, remaining, resetMs: reset * 1000 }]
  })
}

/** A list of names with parameters; empty if any of it is not well-formed (RFC 9651 §4.2: all or nothing). */
function parseItems(text: string): readonly Item[] {
  if (text.length > MAX_LENGTH) return []
  const scanner = createFieldScanner(text)
  const items: Item[] = []
  scanner.take(BLANKS)
  do {
    const item = takeItem(scanner)
    if (item === undefined) return []
    items.push(item)
  } while (scanner.take(COMMA) !== undefined)
  scanner.take(BLANKS)
  return scanner.isAtEnd() ? items : []
}

/** The name is a string; a token is taken as well, as the next draft may have it. */
function takeItem(scanner: FieldScanner): Item | undefined {
  const name = scanner.takeQuoted() ?? scanner.take(TOKEN)
  if (name === undefined) return undefined
  const params = new Map<string, string>()
  while (scanner.take(SEMICOLON) !== undefined) {
    const key = scanner.take(KEY)
    if (key === undefined) return undefined
    const value = takeValue(scanner)
    if (value === undefined) return undefined
    params.set(key, value)
  }
  return { name, params }
}

/** A key alone means true (RFC 9651 §3.1.2). */
function takeValue(scanner: FieldScanner): string | undefined {
  if (scanner.take(EQUALS) === undefined) return '?1'
  return scanner.takeQuoted() ?? scanner.take(BARE_VALUE)
}

/** A structured field string has printable ASCII only; other characters become `?`. */
const formatName = (name: string): string =>
  PLAIN.test(name)
    ? `"${name}"`
    : `"${name.replace(UNPRINTABLE, '?').replace(NEEDS_ESCAPE, String.raw`\$&`)}"`

const withinInteger = (value: number): number => Math.min(MAX_INTEGER, Math.max(0, value))
const wholeUnits = (units: number): number => withinInteger(Math.floor(units))
const wholeSeconds = (ms: number): number => withinInteger(Math.ceil(ms / 1000))
const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : undefined
