/** Times: the server's `Date`, this machine's clock, and what the challenge was dated by. */
import { parseChallenge, type PowOffer } from '@turnpike/protocol'
import type { Answer } from './answer.ts'
import { fieldOf } from './exchange.ts'
import { type Finding, mistake, note } from './finding.ts'

/** What solving and a slow network may use up of a challenge's life without anybody noticing. */
const APART_MS = 30_000
/** `Date` has whole seconds, the challenge too. */
const DATED_APART_MS = 5000

/** Of any answer; without an offer, the two clocks alone. */
export function checkClocks(answer: Answer): readonly Finding[] {
  const offer = answer.pow.header ?? answer.pow.body
  const serverMs = Date.parse(fieldOf(answer.exchange, 'date') ?? '')
  if (Number.isNaN(serverMs)) {
    return offer === undefined
      ? []
      : [note('clock_unknown', 'The answer has no Date: clients cannot tell how long the challenge is good.')]
  }
  const apartMs = serverMs - answer.exchange.atMs
  return [
    ...(Math.abs(apartMs) > APART_MS
      ? [
          mistake(
            'clock_apart',
            `The server's Date is ${inWords(apartMs)} this machine's clock. Set the one that is wrong.`,
          ),
        ]
      : []),
    ...(offer === undefined ? [] : checkOffer(offer, serverMs)),
  ]
}

function checkOffer(offer: PowOffer, serverMs: number): readonly Finding[] {
  const leftMs = offer.expiresAt * 1000 - serverMs
  const dated = parseChallenge(offer.challenge)?.challenge
  const issuedMs = dated === undefined ? serverMs : (dated.expiresAtSeconds - dated.ttlSeconds) * 1000
  return [
    ...(leftMs <= 0
      ? [
          mistake(
            'offer_expired',
            'By the Date of the answer the challenge has expired already. Set the clocks, or do not cache.',
          ),
        ]
      : []),
    ...(Math.abs(issuedMs - serverMs) > DATED_APART_MS
      ? [
          mistake(
            'clock_apart',
            `The challenge was issued at a time ${inWords(issuedMs - serverMs)} the Date of the answer: two clocks, or a cache in between.`,
          ),
        ]
      : []),
  ]
}

function inWords(apartMs: number): string {
  return `${Math.round(Math.abs(apartMs) / 1000)} s ${apartMs < 0 ? 'behind' : 'ahead of'}`
}
