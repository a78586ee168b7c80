import {
  ADMISSION_HEADER,
  type AuthChallenge,
  type L402Challenge,
  parseL402Challenge,
  parsePowChallenge,
  parseProblem,
  parseRateLimit,
  parseRateLimitPolicy,
  parseWwwAuthenticate,
  type PowOffer,
  type Problem,
  type RateLimitPolicy,
  type RateLimitState,
} from '@turnpike/protocol'
import { parseJson } from '../json.ts'
import { type Exchange, fieldOf } from './exchange.ts'

/** What an answer says, read as a client reads it. */
export interface Answer {
  readonly exchange: Exchange
  /** Waiting, work or payment would help; not an error of the application. */
  readonly isRefusal: boolean
  readonly problem: Problem | undefined
  readonly challenges: readonly AuthChallenge[]
  /** The offer of work in the body, and that in the header. */
  readonly pow: { readonly body: PowOffer | undefined; readonly header: PowOffer | undefined }
  readonly l402: L402Challenge | undefined
  /** Price as the body names it. */
  readonly sats: number | undefined
  readonly policies: readonly RateLimitPolicy[]
  readonly states: readonly RateLimitState[]
  /** The way that admitted the call: `free`, `pow` ... */
  readonly way: string | undefined
}

const OFFERING_SCHEMES: ReadonlySet<string> = new Set(['pow', 'l402', 'lsat', 'payment'])

/** Reads an answer as far as it can be read. */
export function readAnswer(exchange: Exchange): Answer {
  const problem = parseProblem(parseJson(exchange.body))
  const challenges = parseWwwAuthenticate(fieldOf(exchange, 'www-authenticate') ?? '')
  const lightning = problem?.offers?.find((offer) => offer.rail === 'lightning')
  const offers = (problem?.offers?.length ?? 0) > 0
  return {
    exchange,
    isRefusal:
      [402, 429].includes(exchange.status) ||
      // Applications know conflicts of their own.
      (exchange.status === 409 && problem !== undefined) ||
      (exchange.status >= 400 && (offers || challenges.some(isOffering))),
    problem,
    challenges,
    pow: {
      body: problem?.offers?.find((offer) => offer.rail === 'pow'),
      header: challenges.map(parsePowChallenge).find((offer) => offer !== undefined),
    },
    l402: challenges.map(parseL402Challenge).find((challenge) => challenge !== undefined),
    sats: lightning?.sats ?? problem?.priceSats,
    policies: parseRateLimitPolicy(fieldOf(exchange, 'ratelimit-policy') ?? ''),
    states: parseRateLimit(fieldOf(exchange, 'ratelimit') ?? ''),
    way: fieldOf(exchange, ADMISSION_HEADER)?.split(';')[0],
  }
}

function isOffering({ scheme }: AuthChallenge): boolean {
  return OFFERING_SCHEMES.has(scheme)
}
