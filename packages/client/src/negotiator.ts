import { Negotiation } from './negotiation.ts'
import {
  checkNegotiatorOptions,
  NEGOTIATOR_OPTIONS,
  type NegotiatorOptions,
  type NegotiatorSettings,
} from './negotiator-options.ts'
import { Passes } from './passes.ts'
import { Payer } from './payer.ts'
import type { Funds } from './purse.ts'
import { Shelf } from './shelf.ts'
import type { Subject } from './subject.ts'
import type { Speed } from './work.ts'

/** What all calls of a client share. */
export interface Means {
  readonly settings: NegotiatorSettings
  /** With a wallet. */
  readonly funds: Funds | undefined
  readonly passes: Passes
  readonly speed: Speed
}

/** Gets calls through gates, whatever carries them. */
export interface Negotiator {
  /** Begins with one call. */
  open(subject: Subject): Negotiation
}

/** What plain JavaScript does on a slow machine; replaced by what the first solve shows. */
const ASSUMED_HASHES_PER_SECOND = 1_000_000

/**
 * Makes what `createFetch` thinks with, for other ways of calling: it is told of a refusal, and answers with a
 * credential, when to ask again, or why it gave up. Budget, ledger and credentials are shared by all its calls.
 *
 * @throws TypeError, RangeError for options that cannot be
 * @example
 * const negotiator = createNegotiator({ wallet, budget: { perDaySats: 200 } })
 * const call = negotiator.open({ origin: 'https://mcp.example', request: 'search', signal })
 * let answer
 * try {
 *   let credential = await call.credential()
 *   for (;;) {
 *     answer = await send(message, credential?.text)
 *     const problem = problemIn(answer)
 *     const step = problem && (await call.meet(refusalOf(problem)))
 *     if (step?.kind !== 'send') return answer
 *     credential = step.credential
 *   }
 * } finally {
 *   await call.conclude(noteOf(answer)) // { status, admission }, or undefined for no answer
 * }
 */
export function createNegotiator(options: NegotiatorOptions = {}): Negotiator {
  const names: readonly string[] = NEGOTIATOR_OPTIONS
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`createNegotiator has no option "${unknown}"; it has ${names.join(', ')}.`)
  }
  return negotiatorWith(checkNegotiatorOptions(options))
}

/** The same, of options that were checked. */
export function negotiatorWith(settings: NegotiatorSettings): Negotiator {
  const { money, now } = settings
  const means: Means = {
    settings,
    funds: money && {
      payer: new Payer(money),
      shelf: new Shelf(money.ledger, now),
      process: money.ledger.process,
    },
    passes: new Passes(),
    speed: { hashesPerSecond: ASSUMED_HASHES_PER_SECOND },
  }
  return { open: (subject) => new Negotiation(means, subject) }
}
