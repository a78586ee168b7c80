import { parseProblem } from '@turnpike/protocol'
import { bruteForce, createRawHttp, type RawAnswer } from '@turnpike/testkit'

/** `Retry-After` and the like are of no interest here: what came, and why. */
export interface Outcome {
  readonly status: number
  /** Code of the problem document; undefined when admitted. */
  readonly code: unknown
}

export type HeaderLines = Readonly<Record<string, string>>

/** One request on a connection of its own. */
export async function call(url: string, path: string, headers: HeaderLines = {}): Promise<Outcome> {
  const client = createRawHttp(url)
  try {
    return outcomeOf(await client.send({ path, headers }))
  } finally {
    client.close()
  }
}

/** Asks without proof and works for it. @returns the header line to send with the next call */
export async function work(url: string, path: string, headers: HeaderLines = {}): Promise<HeaderLines> {
  const client = createRawHttp(url)
  const answer = await client.send({ path, headers })
  client.close()
  const offer = parseProblem(answer.json())?.offers?.find(({ rail }) => rail === 'pow')
  if (offer?.rail !== 'pow') throw new Error(`${answer.status} without an offer of work: ${answer.text}`)
  return { 'X-PoW-Solution': bruteForce(offer) }
}

export function outcomeOf(answer: RawAnswer): Outcome {
  const body: unknown = answer.text === '' ? {} : answer.json()
  return { status: answer.status, code: Object(body).code }
}

/** How often each status came: `{ 200: 1, 402: 999 }`. */
export function tally(outcomes: readonly Outcome[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
