import {
  parseL402Challenge,
  parsePowChallenge,
  parseProblem,
  parseRetryAfter,
  parseWwwAuthenticate,
} from '@turnpike/protocol'
import type { AuthChallenge, L402Challenge, PowOffer, Problem } from '@turnpike/protocol'
import { readBody } from './body.ts'
import { otherRailsIn, type OtherRail } from './other-rails.ts'

/** What a refusal asks for, and what it offers. */
export interface Refusal {
  readonly status: number
  /** Of the problem document, if there is one. */
  readonly code?: string | undefined
  /** What the gate calls that which was asked for. */
  readonly resource?: string | undefined
  /** Work to do. */
  readonly pow?: PowOffer | undefined
  /** An invoice to pay. */
  readonly lightning?: Sale | undefined
  /** Milliseconds after which waiting alone would do; absent when the answer does not say. */
  readonly retryAfterMs?: number | undefined
  /** Ways of paying that this client does not know. */
  readonly otherRails?: readonly OtherRail[]
}

/** A credential for sale. What it costs is for its invoice to say. */
export interface Sale extends L402Challenge {
  /** The price that the gate names beside the invoice: it must be that of the invoice. */
  readonly sats?: number
  /** Calls that one payment admits; absent when the gate does not say. */
  readonly uses?: number
}

const MAX_PROBLEM_BYTES = 64 * 1024
/** A document that is not there by then is not waited for: `fetch` would have answered long ago. */
const PROBLEM_PATIENCE_MS = 2000
const STATUSES: ReadonlySet<number> = new Set([401, 402, 409, 429, 503])

/**
 * Reads a refusal and leaves the answer as it is: its body can still be read by the caller.
 * @returns undefined for a status that is none of a gate's; 401 and 409 are, to those who showed a credential
 */
export async function readRefusal(response: Response, nowMs: number): Promise<Refusal | undefined> {
  const { status, headers } = response
  if (!STATUSES.has(status)) return undefined
  const problem = await readProblem(response)
  const challenges = parseWwwAuthenticate(headers.get('www-authenticate') ?? '')
  const said = problem === undefined ? { status } : { ...refusalOf(problem), status }
  return {
    ...said,
    ...(status === 402
      ? { pow: said.pow ?? powIn(challenges), lightning: said.lightning ?? saleIn(challenges) }
      : {}),
    ...(status === 401 ? { lightning: saleIn(challenges) } : {}),
    retryAfterMs: parseRetryAfter(headers.get('retry-after') ?? '', nowMs) ?? said.retryAfterMs,
    otherRails: otherRailsIn(headers, challenges),
  }
}

/** What a problem document of a gate says, over whichever transport it came. */
export function refusalOf(problem: Problem): Refusal & { readonly status: number } {
  const { status, code, resource, offers = [], retryAfter } = problem
  const lightning = offers.find((offer) => offer.rail === 'lightning')
  return {
    status,
    code,
    resource,
    pow: offers.find((offer) => offer.rail === 'pow'),
    lightning: lightning && {
      scheme: 'L402',
      token: lightning.macaroon,
      invoice: lightning.invoice,
      sats: lightning.sats,
      uses: lightning.uses,
    },
    retryAfterMs: retryAfter === undefined ? undefined : retryAfter * 1000,
  }
}

function powIn(challenges: readonly AuthChallenge[]): PowOffer | undefined {
  return challenges.map(parsePowChallenge).find((offer) => offer !== undefined)
}

/** Servers that also send the old name for old clients mean the new one. */
function saleIn(challenges: readonly AuthChallenge[]): Sale | undefined {
  const sales = challenges.map(parseL402Challenge).filter((sale) => sale !== undefined)
  return sales.find(({ scheme }) => scheme === 'L402') ?? sales[0]
}

async function readProblem(response: Response): Promise<Problem | undefined> {
  if (!/^application\/(problem\+)?json\b/i.test(response.headers.get('content-type') ?? '')) return undefined
  try {
    const bytes = await readBody(response.clone(), MAX_PROBLEM_BYTES, PROBLEM_PATIENCE_MS)
    return bytes && parseProblem(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    // No JSON, or a body that breaks off: whoever reads the answer will see.
    return undefined
  }
}
