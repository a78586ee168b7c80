import {
  formatRetryAfter,
  type LightningOffer,
  type Offer,
  PROBLEM_CODES,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  type ProblemCode,
  problemType,
} from '@turnpike/protocol'
import type { HeaderFields, Refusal } from './decision.ts'
import { rateLimitFields, type ShownWindow } from './rate-limit-fields.ts'
import { wordRefusal } from './wording.ts'

/** Everything that a refusal is made of. */
export interface RefusalParts {
  readonly code: ProblemCode
  /** Differs from the code's own status only where a quota is reached and no other way is open. */
  readonly status?: number
  /** What exactly is wrong, for people; never a part of a credential. */
  readonly detail?: string | undefined
  readonly offers?: readonly Offer[]
  /** `WWW-Authenticate` lines, in the order in which clients should read them. */
  readonly authenticate?: readonly string[]
  /** Those of them that ask who calls, for the words. */
  readonly identify?: readonly string[]
  readonly windows?: readonly ShownWindow[]
  /** Names of the windows that did not fit. */
  readonly violated?: readonly string[]
  /** The free allowance among `windows`, for the words. */
  readonly free?: readonly ShownWindow[]
  readonly waitMs?: number | undefined
}

/** What was asked, and how the gate words its answers to it. */
export interface RefusalStyle {
  readonly resource?: string
  /** See `RequestView.howToRepeat`. */
  readonly howToRepeat?: ((challenge: string) => string) | undefined
  /** See `RequestView.howToPay`. */
  readonly howToPay?: ((offer: LightningOffer) => string) | undefined
  readonly commandHint: boolean
  /** Time of day for X-RateLimit-Reset; undefined without the older fields. */
  readonly legacyAtMs: number | undefined
}

/** The one place where answers to refused callers are made (RFC 9457). */
export function createRefusal(parts: RefusalParts, style: RefusalStyle): Refusal {
  const status = parts.status ?? PROBLEM_CODES[parts.code].status
  return {
    outcome: 'refuse',
    code: parts.code,
    status,
    headers: headersOf(parts, style),
    body: problemOf(parts, status, style),
  }
}

// Fields and members are set one by one: spreading an object for each that may be missing costs more than the rest.

function headersOf({ authenticate, windows, waitMs }: RefusalParts, style: RefusalStyle): HeaderFields {
  const fields: Record<string, string | readonly string[]> = {
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
  }
  if (authenticate !== undefined && authenticate.length > 0) fields['www-authenticate'] = authenticate
  if (waitMs !== undefined) fields['retry-after'] = formatRetryAfter(waitMs)
  return windows === undefined ? fields : Object.assign(fields, rateLimitFields(windows, style.legacyAtMs))
}

type Draft<T> = { -readonly [K in keyof T]: T[K] }

function problemOf(parts: RefusalParts, status: number, style: RefusalStyle): Problem {
  const { code, offers = [], violated = [], waitMs } = parts
  const problem: Draft<Problem> = {
    type: problemType(code),
    title: PROBLEM_CODES[code].title,
    status,
    detail: detailOf(parts, offers, style),
    code,
  }
  if (style.resource !== undefined) problem.resource = style.resource
  if (waitMs !== undefined) problem.retryAfter = Number(formatRetryAfter(waitMs))
  if (violated.length > 0) problem['violated-policies'] = violated
  if (offers.length > 0) problem.offers = offers
  const lightning = offers.find((offer) => offer.rail === 'lightning')
  if (lightning !== undefined) {
    problem.macaroon = lightning.macaroon
    problem.invoice = lightning.invoice
    problem.priceSats = lightning.sats
  }
  return problem
}

function detailOf(
  { code, detail, free = [], identify = [], waitMs }: RefusalParts,
  offers: readonly Offer[],
  { howToRepeat, howToPay, commandHint }: RefusalStyle,
): string {
  return wordRefusal({ code, detail, offers, free, identify, waitMs, howToRepeat, howToPay }, commandHint)
}
