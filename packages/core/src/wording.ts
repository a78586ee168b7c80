import {
  type AuthChallenge,
  type LightningOffer,
  type Offer,
  parseWwwAuthenticate,
  type PowOffer,
  PROBLEM_CODES,
  type ProblemCode,
} from '@turnpike/protocol'
import type { PolicyWindow } from './policy-window.ts'
import type { ShownWindow } from './rate-limit-fields.ts'
import { VERSION } from './version.ts'

/** What a refusal has to say. */
export interface RefusalFacts {
  readonly code: ProblemCode
  /** What exactly is wrong, where the code alone does not say it. */
  readonly detail?: string | undefined
  readonly offers: readonly Offer[]
  /** Challenges of `WWW-Authenticate` that ask who calls. */
  readonly identify: readonly string[]
  /** The free allowance of the policy. */
  readonly free: readonly ShownWindow[]
  /** Waiting alone would do after so long; undefined when it would not. */
  readonly waitMs: number | undefined
  /** See `RequestView.howToRepeat`. */
  readonly howToRepeat?: ((challenge: string) => string) | undefined
  /** See `RequestView.howToPay`. */
  readonly howToPay?: ((offer: LightningOffer) => string) | undefined
}

/**
 * The `detail` of a problem, for people and language models (R36): what happened, what each way on costs, a sentence for
 * the person in charge, and, where wanted, a command at the very end.
 */
export function wordRefusal(facts: RefusalFacts, commandHint: boolean): string {
  const ways = waysOn(facts)
  const work = facts.offers.find((offer) => offer.rail === 'pow')
  const payment = facts.offers.find((offer) => offer.rail === 'lightning')
  const open =
    ways.length === 0 ? 'There is no way on for this call at the moment.' : `Ways on: ${ways.join('; or ')}.`
  const person =
    facts.identify.length > 0 && facts.offers.length === 0 ? FOR_ACCOUNT_HOLDERS : FOR_THE_PERSON_IN_CHARGE
  let words = `${PROBLEM_CODES[facts.code].title}${explanation(facts)}. ${open} ${person}`
  if (work !== undefined) words += ` ${howToWork(work, facts.howToRepeat)}`
  if (payment !== undefined) words += ` ${howToPay(payment, facts)}`
  if (work !== undefined && commandHint) words += ` Command: ${command(work)}`
  return words
}

/** What a reader cannot guess from the title. */
const EXPLANATIONS: Partial<Readonly<Record<ProblemCode, string>>> = {
  credential_spent: ': it has admitted the calls that it was good for',
  credential_expired: ': take a fresh offer',
  credential_wrong_resource: ': a credential is good for the resource that it was issued for',
  credential_unsettled: ': pay the invoice, or come again in a moment if it is paid',
  credential_too_weak: ': recent calls made the work harder, or the price is higher',
  credential_wrong_work: ': the nonce does not meet the target',
  credential_lost: ': the gate was restarted since; take a fresh offer',
  meter_exhausted: ': what this call would use does not fit into what is left of it',
  in_flight_limit: ': try again when one of them has ended',
  credential_in_use: ': try again when that call has ended',
}

const FOR_THE_PERSON_IN_CHARGE =
  'For the person in charge: this server meters automated calls; no account is needed, and nothing was charged for this answer.'

const FOR_ACCOUNT_HOLDERS =
  'For the person in charge: this server wants to know who calls, and nothing was charged for this answer.'

function explanation({ code, detail = '' }: RefusalFacts): string {
  return detail === '' ? (EXPLANATIONS[code] ?? '') : `: ${detail}`
}

function waysOn({ free, offers, identify, waitMs }: RefusalFacts): readonly string[] {
  const toDo = offers.map(wordOffer)
  const ways = identify.length === 0 ? toDo : [...toDo, ...wordIdentities(identify)]
  if (waitMs === undefined) return ways
  const allowance = free
    .map(({ window }) => `${wordLimit(window)} per ${wordPeriod(window.windowMs)}`)
    .join(' and ')
  const waiting = `wait ${wordDuration(waitMs)}`
  return [allowance === '' ? waiting : `${waiting} for the free allowance (${allowance})`, ...ways]
}

/** '60', '200000 tokens'. */
function wordLimit({ limit, unit }: PolicyWindow): string {
  return unit === undefined ? `${limit}` : `${limit} ${unit}`
}

function wordOffer(offer: Offer): string {
  switch (offer.rail) {
    case 'pow':
      return `work: about ${grouped(offer.expectedHashes)} SHA-256 hashes (${wordEffort(offer)}), good for ${wordUses(offer.uses)}`
    case 'lightning':
      return `pay: ${offer.sats} sats over Lightning, good for ${wordUses(offer.uses)}`
  }
}

/** One for each thing that can be shown: a token that is bound to a key answers `Bearer` as well as `DPoP`. */
function wordIdentities(lines: readonly string[]): readonly string[] {
  const words = lines.flatMap(parseWwwAuthenticate).map(wordIdentity)
  return [...new Set(words)]
}

function wordIdentity({ scheme, params }: AuthChallenge): string {
  const { header, scope, resource_metadata: metadata } = params
  if (scheme !== 'bearer' && scheme !== 'dpop')
    return `identify yourself: a key in the header ${header ?? 'Authorization'}`
  const granting = scope === undefined ? '' : ` that grants ${scope}`
  const source = metadata === undefined ? '' : `, to be had as ${metadata} says`
  return `identify yourself: an access token${granting} in the header Authorization${source}`
}

/** '65,536'. A number formatter would cost more than all other words together, and a tenth of a second to load. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

function wordUses(uses = 1): string {
  return uses === 1 ? 'one call' : `${uses} calls`
}

/** At a million hashes a second, which plain JavaScript reaches. */
function wordEffort({ expectedHashes }: PowOffer): string {
  const ms = expectedHashes / 1000
  return ms < 1000 ? 'well under a second of one processor' : `about ${wordDuration(ms)} of one processor`
}

function howToWork({ challenge, target, count }: PowOffer, howToRepeat: RefusalFacts['howToRepeat']): string {
  const nonces =
    count === 1
      ? 'a nonce (lower-case hex)'
      : `${count} different nonces (lower-case hex, in ascending text order, joined by ".")`
  return (
    `To work: find ${nonces} such that sha256(challenge + nonce), in hex, has its first 8 digits <= ${target}; ` +
    (howToRepeat?.(challenge) ??
      'then repeat the request with the header X-PoW-Solution: challenge=<challenge>,nonce=<nonce>.')
  )
}

function howToPay(offer: LightningOffer, { howToPay: ownWords, howToRepeat }: RefusalFacts): string {
  if (ownWords !== undefined) return ownWords(offer)
  const how = 'pay the invoice in this answer and keep the preimage that the wallet shows'
  // Whoever words how to repeat a call has no header to put it into.
  return howToRepeat === undefined
    ? `To pay: ${how}; then repeat the request with the header Authorization: L402 <macaroon>:<preimage>.`
    : `To pay: ${how}.`
}

function command({ challenge, target, count }: PowOffer): string {
  const several = count === 1 ? '' : ` --count ${count}`
  return `npx -y @turnpike/cli@${VERSION} solve --challenge ${challenge} --target ${target}${several}`
}

/** Whole units, rounded up: '12 s', '3 min', '2 h'. */
function wordDuration(ms: number): string {
  if (ms <= 120_000) return `${Math.max(1, Math.ceil(ms / 1000))} s`
  if (ms <= 7_200_000) return `${Math.ceil(ms / 60_000)} min`
  return `${Math.ceil(ms / 3_600_000)} h`
}

/** What stands behind 'per': 'minute', '10 s'. */
function wordPeriod(ms: number): string {
  return PERIODS.get(ms) ?? wordDuration(ms)
}

const PERIODS: ReadonlyMap<number, string> = new Map([
  [1000, 'second'],
  [60_000, 'minute'],
  [3_600_000, 'hour'],
  [86_400_000, 'day'],
])
