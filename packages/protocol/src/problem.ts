/** The problem document: the body of every refusal (RFC 9457). */

import { isJsonObject, readInteger, readList, readMatch, readText, type JsonObject } from './json-member.ts'
import { INVOICE_PATTERN, MACAROON_PATTERN, parseOffer, type Offer } from './offer.ts'
import type { ProblemCode } from './problem-codes.ts'

/** `Content-Type` of a problem document (RFC 9457 §6.1). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** Problem type of exceeded quotas (draft-ietf-httpapi-ratelimit-headers). */
export const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded'
/** Problem type of a service that can do less than usual for a while (same draft). */
export const REDUCED_CAPACITY = 'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity'

/** What a refused caller is told. */
export interface Problem {
  /** URI; see `problemType`. */
  readonly type: string
  /** For people, the same for every problem of this code. */
  readonly title: string
  /** HTTP status, as sent. */
  readonly status: number
  /** For people and language models: what happened, and what waiting, working or paying would cost (R36). */
  readonly detail: string
  /** One of `PROBLEM_CODES`; a newer server may send others. */
  readonly code: string
  /** What was asked for: policy name, else method and route. */
  readonly resource?: string
  /** Seconds after which waiting alone would do. */
  readonly retryAfter?: number
  /** Names of the rate-limit policies that refused. */
  readonly 'violated-policies'?: readonly string[]
  /** The ways to get in now. */
  readonly offers?: readonly Offer[]
  /** Of the Lightning offer, repeated flat for clients that read nothing else; so are the next two. */
  readonly macaroon?: string
  readonly invoice?: string
  readonly priceSats?: number
}

const MAX_TEXT = 256
const MAX_DETAIL = 4096
const MAX_RESOURCE = 2048
const MAX_ITEMS = 16
const CODE_PATTERN = /^[a-z0-9_]{1,64}$/

/** Codes that are a kind of problem with a registered type. */
const REGISTERED_TYPES: Readonly<Partial<Record<ProblemCode, string>>> = {
  quota_reached: QUOTA_EXCEEDED,
  ceiling_reached: QUOTA_EXCEEDED,
  subject_ceiling_reached: QUOTA_EXCEEDED,
  limit_reached: QUOTA_EXCEEDED,
  meter_exhausted: QUOTA_EXCEEDED,
  in_flight_limit: QUOTA_EXCEEDED,
  issue_flood: QUOTA_EXCEEDED,
  identity_unavailable: REDUCED_CAPACITY,
  lightning_down: REDUCED_CAPACITY,
  store_down: REDUCED_CAPACITY,
  store_full: REDUCED_CAPACITY,
  store_late: REDUCED_CAPACITY,
}

/** @returns the URI that names this kind of problem: IANA's where there is one, else `urn:turnpike:problem:<code>`. */
export function problemType(code: ProblemCode): string {
  return REGISTERED_TYPES[code] ?? `urn:turnpike:problem:${code}`
}

/**
 * Reads a problem document from untrusted JSON. Never throws. Members it does not know are dropped, and so are
 * offers and optional members that are wrong or too long; a missing `type` is `about:blank` (RFC 9457 §4.2.1).
 *
 * @returns undefined without a `code` and a `status` of 400..599: not a document of ours
 */
export function parseProblem(value: unknown): Problem | undefined {
  if (!isJsonObject(value)) return undefined
  const status = readInteger(value['status'], 400, 599)
  const code = readMatch(value['code'], CODE_PATTERN)
  if (status === undefined || code === undefined) return undefined
  return {
    type: readText(value['type'], MAX_TEXT) ?? 'about:blank',
    title: readText(value['title'], MAX_TEXT) ?? '',
    status,
    detail: readText(value['detail'], MAX_DETAIL) ?? '',
    code,
    ...optionalMembers(value),
  }
}

function optionalMembers(value: JsonObject): Partial<Problem> {
  const resource = readText(value['resource'], MAX_RESOURCE)
  const retryAfter = readInteger(value['retryAfter'], 0)
  const violated = readList(value['violated-policies'], MAX_ITEMS, (name) => readText(name, MAX_RESOURCE))
  const offers = readList(value['offers'], MAX_ITEMS, parseOffer)
  const macaroon = readMatch(value['macaroon'], MACAROON_PATTERN)
  const invoice = readMatch(value['invoice'], INVOICE_PATTERN)
  const priceSats = readInteger(value['priceSats'], 1)
  return {
    ...(resource === undefined ? {} : { resource }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(violated === undefined ? {} : { 'violated-policies': violated }),
    ...(offers === undefined ? {} : { offers }),
    ...(macaroon === undefined ? {} : { macaroon }),
    ...(invoice === undefined ? {} : { invoice }),
    ...(priceSats === undefined ? {} : { priceSats }),
  }
}
