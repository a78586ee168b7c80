import type { IdentityFault } from '@turnpike/core'
import { type ClaimsVerdict, readJwt, verifyJwt } from './jwt-token.ts'
import { createLookup } from './lookup.ts'
import { createNewcomers } from './newcomers.ts'
import type { TokenSettings } from './options.ts'
import { isCompactJws } from './presented-token.ts'
import { badToken, type Unavailable, unavailable } from './token-fault.ts'
import { createTokenMemory } from './token-memory.ts'
import { type TrustedIssuer, trustIssuer } from './trusted-issuer.ts'
import { type VerifiedToken, verifiedToken } from './verified-token.ts'

/** What is known of a token, whoever shows it. */
export type TokenVerdict = VerifiedToken | IdentityFault | Unavailable

/** How long a verified JWT is believed without another look at its signature; keys are kept longer than that. */
const JWT_KEPT_MS = 60_000
const ANSWER_KEPT_MS = 10_000
/** How long a token that an issuer called good is asked about before tokens that nobody knows. */
const ACQUAINTED_MS = 3_600_000

/** Whom to ask about a token, and how. */
interface Inquiry {
  readonly issuer: TrustedIssuer
  readonly verify: () => Promise<ClaimsVerdict>
  /** How long the answer is believed, in ms; bad news only where they cost a question to the issuer. */
  readonly goodForMs: number
  readonly badForMs: number
  /** Each answer costs the issuer a question: strangers have to leave some room for tokens that were good before. */
  readonly isCostly: boolean
}

/**
 * Verifies tokens of the trusted issuers, and remembers for a while which are good: a program shows the same token for minutes
 * (docs/decisions/0029). At once for a token that is remembered; never rejects.
 */
export function createTokenVerifier(
  settings: TokenSettings,
): (text: string, address: string | undefined) => TokenVerdict | Promise<TokenVerdict> {
  const lookup = createLookup(settings.timeoutMs, settings.now)
  const issuers = settings.issuers.map((options) => trustIssuer(options, settings, lookup))
  // Apart, so that nobody pushes good tokens out by making up bad ones.
  const good = createTokenMemory<VerifiedToken>(settings.now)
  const bad = createTokenMemory<IdentityFault>(settings.now)
  const acquainted = createTokenMemory<true>(settings.now)
  const newcomers = createNewcomers()
  const underWay = new Map<string, Promise<TokenVerdict>>()

  const remember = (text: string, verdict: TokenVerdict, inquiry: Inquiry) => {
    const nowMs = settings.now()
    if (verdict.outcome === 'token') {
      good.set(text, verdict, Math.min(nowMs + inquiry.goodForMs, verdict.endsAtMs))
      if (inquiry.isCostly) acquainted.set(text, true, nowMs + ACQUAINTED_MS)
    } else if (verdict.outcome === 'invalid' && inquiry.badForMs > 0) {
      bad.set(text, verdict, nowMs + inquiry.badForMs)
    }
  }
  const inTurn = (text: string, inquiry: Inquiry, address: string | undefined): Inquiry =>
    inquiry.isCostly && acquainted.get(text) === undefined
      ? { ...inquiry, verify: async () => await newcomers.admit(address, inquiry.verify) }
      : inquiry
  const inquire = async (text: string, inquiry: Inquiry): Promise<TokenVerdict> => {
    const verdict = await verdictOf(inquiry, settings.clockToleranceSeconds)
    remember(text, verdict, inquiry)
    underWay.delete(text)
    return verdict
  }
  return (text, address) => {
    const known = good.get(text) ?? underWay.get(text) ?? bad.get(text)
    if (known !== undefined) return known
    const inquiry = inquiryFor(text, issuers, settings)
    if ('outcome' in inquiry) return inquiry
    const asking = inquire(text, inTurn(text, inquiry, address))
    underWay.set(text, asking)
    return asking
  }
}

async function verdictOf(
  { issuer: { options }, verify }: Inquiry,
  toleranceSeconds: number,
): Promise<TokenVerdict> {
  try {
    const verdict = await verify()
    return verdict.outcome === 'claims' ? verifiedToken(options, verdict.claims, toleranceSeconds) : verdict
  } catch (error) {
    return unavailable(options.issuer, error)
  }
}

/** A JWT says whose it is; anything else can only be asked about. */
function inquiryFor(
  text: string,
  issuers: readonly TrustedIssuer[],
  settings: TokenSettings,
): Inquiry | IdentityFault {
  const jwt = isCompactJws(text) ? readJwt(text) : undefined
  if (jwt === undefined) return introspectionOf(text, issuers)
  const issuer = issuers.find(({ options }) => options.issuer === jwt.issuer)
  if (issuer === undefined) {
    return badToken('bearer_wrong_issuer', 'its issuer (iss) is another one')
  }
  return {
    issuer,
    verify: async () => await verifyJwt(text, jwt, issuer, settings),
    goodForMs: JWT_KEPT_MS,
    badForMs: 0,
    isCostly: false,
  }
}

function introspectionOf(text: string, issuers: readonly TrustedIssuer[]): Inquiry | IdentityFault {
  for (const issuer of issuers) {
    const { introspect, options } = issuer
    if (introspect === undefined) continue
    const keptMs = options.introspection?.cacheMs ?? ANSWER_KEPT_MS
    const verify = async () => await introspect(text)
    return { issuer, verify, goodForMs: keptMs, badForMs: keptMs, isCostly: true }
  }
  return badToken('bearer_malformed', 'it is not a JWT')
}
