import { parsePowChallenge, parseProblem, parseRetryAfter, parseWwwAuthenticate } from '@turnpike/protocol'
import type { PowOffer, Problem } from '@turnpike/protocol'
import { readBody } from './body.ts'

/** What a refusal asks for, and what it offers. */
export interface Refusal {
  readonly status: number
  /** Of the problem document, if there is one. */
  readonly code: string | undefined
  readonly offer: PowOffer | undefined
  /** Milliseconds after which waiting alone would do; undefined when the answer does not say. */
  readonly retryAfterMs: number | undefined
}

const MAX_PROBLEM_BYTES = 64 * 1024

/**
 * Reads a refusal and leaves the answer as it is: its body can still be read by the caller.
 * @returns undefined for an answer that neither work nor waiting can change
 */
export async function readRefusal(response: Response, nowMs: number): Promise<Refusal | undefined> {
  const { status, headers } = response
  if (status !== 402 && status !== 429 && status !== 503) return undefined
  const problem = await readProblem(response)
  const offer = status === 402 ? (offerIn(problem) ?? offerInHeader(headers)) : undefined
  const retryAfterMs = parseRetryAfter(headers.get('retry-after') ?? '', nowMs) ?? secondsIn(problem)
  if (offer === undefined && retryAfterMs === undefined) return undefined
  return { status, code: problem?.code, offer, retryAfterMs }
}

function offerIn(problem: Problem | undefined): PowOffer | undefined {
  return problem?.offers?.find((offer) => offer.rail === 'pow')
}

function offerInHeader(headers: Headers): PowOffer | undefined {
  const challenges = parseWwwAuthenticate(headers.get('www-authenticate') ?? '')
  return challenges.map(parsePowChallenge).find((offer) => offer !== undefined)
}

function secondsIn(problem: Problem | undefined): number | undefined {
  return problem?.retryAfter === undefined ? undefined : problem.retryAfter * 1000
}

async function readProblem(response: Response): Promise<Problem | undefined> {
  if (!/^application\/(problem\+)?json\b/i.test(response.headers.get('content-type') ?? '')) return undefined
  const bytes = await readBody(response.clone(), MAX_PROBLEM_BYTES)
  if (bytes === undefined) return undefined
  try {
    return parseProblem(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return undefined
  }
}
