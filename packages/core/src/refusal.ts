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
  readonly resource?: string
  readonly offers?: readonly Offer[]
  /** `WWW-Authenticate` lines, in the order in which clients should read them. */
  readonly authenticate?: readonly string[]
  readonly windows?: readonly ShownWindow[]
  /** Names of the windows that did not fit. */
  readonly violated?: readonly string[]
  /** The free allowance among `windows`, for the words. */
  readonly free?: readonly ShownWindow[]
  readonly waitMs?: number | undefined
  /** See `RequestView.howToRepeat`. */
  readonly howToRepeat?: ((challenge: string) => string) | undefined
  /** See `RequestView.howToPay`. */
  readonly howToPay?: ((offer: LightningOffer) => string) | undefined
}

export interface RefusalStyle {
  readonly commandHint: boolean
  /** Time of day for X-RateLimit-Reset; undefined without the older fields. */
  readonly legacyAtMs: number | undefined
}

/** The one place where answers to refused callers are made (RFC 9457; DESIGN §7). */
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

function headersOf(
  { authenticate = [], windows = [], waitMs }: RefusalParts,
  style: RefusalStyle,
): HeaderFields {
  return {
    'content-type': PROBLEM_MEDIA_TYPE,
    'cache-control': 'no-store',
    ...(authenticate.length === 0 ? {} : { 'www-authenticate': authenticate }),
    ...(waitMs === undefined ? {} : { 'retry-after': formatRetryAfter(waitMs) }),
    ...rateLimitFields(windows, style.legacyAtMs),
  }
}

function problemOf(parts: RefusalParts, status: number, style: RefusalStyle): Problem {
  const { code, resource, offers = [], free = [], violated = [], waitMs, howToRepeat, howToPay } = parts
  const lightning = offers.find((offer) => offer.rail === 'lightning')
  return {
    type: problemType(code),
    title: PROBLEM_CODES[code].title,
    status,
    detail: wordRefusal({ code, offers, free, waitMs, howToRepeat, howToPay }, style.commandHint),
    code,
    ...(resource === undefined ? {} : { resource }),
    ...(waitMs === undefined ? {} : { retryAfter: Number(formatRetryAfter(waitMs)) }),
    ...(violated.length === 0 ? {} : { 'violated-policies': violated }),
    ...(offers.length === 0 ? {} : { offers }),
    ...(lightning === undefined
      ? {}
      : { macaroon: lightning.macaroon, invoice: lightning.invoice, priceSats: lightning.sats }),
  }
}
