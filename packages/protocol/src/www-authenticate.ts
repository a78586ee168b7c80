/** `WWW-Authenticate` (RFC 9110 §11.6.1): the challenges of all schemes, and our own one, `PoW`. */

import { createFieldScanner, type FieldScanner } from './field-scanner.ts'
import { parsePowOffer, type PowOffer } from './offer.ts'

/** One challenge of one scheme. */
export interface AuthChallenge {
  /** Lower case. */
  readonly scheme: string
  /** Values without quotes, by lower-case name; inherits nothing, so any name may be looked up. */
  readonly params: Readonly<Record<string, string>>
  /** What some schemes send instead of parameters: `Negotiate <base64>`. */
  readonly token68?: string
}

/** Longest field that is looked at, in characters. */
const MAX_LENGTH = 16_384

const BLANKS = /[ \t]+/y
const SEPARATORS = /[ \t,]+/y
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const PARAMETER_NAME = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?=[ \t]*=)/y
const EQUALS = /[ \t]*=[ \t]*/y
/** Wider than a token: base64 values are sent without quotes, too. */
const BARE_VALUE = /[^ \t",]+/y
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y
const UP_TO_COMMA = /(?:[^",]+|"[^"\\]*(?:\\.[^"\\]*)*")+/sy
const WHOLE_NUMBER = /^[0-9]{1,15}$/

/** A challenge whose parameters are still coming in. */
interface Draft {
  readonly scheme: string
  readonly params: Map<string, string>
  token68?: string
}

/**
 * Reads the challenges of a field, also of several lines joined with commas. Never throws: junk is passed over up to
 * the next comma, of equal parameters the first counts, and a quote that never ends ends the reading.
 *
 * @returns an empty list for a field of more than 16,384 characters
 */
export function parseWwwAuthenticate(header: string): readonly AuthChallenge[] {
  if (header.length > MAX_LENGTH) return []
  const scanner = createFieldScanner(header)
  const drafts: Draft[] = []
  let before = -1
  while (!scanner.isAtEnd() && scanner.position() > before) {
    before = scanner.position()
    scanner.take(SEPARATORS)
    takeElement(scanner, drafts)
    scanner.take(UP_TO_COMMA)
  }
  return drafts.map(finishDraft)
}

/** One element of the list: further parameters of the challenge before, or a new challenge. */
function takeElement(scanner: FieldScanner, drafts: Draft[]): void {
  if (takeParameters(scanner, drafts.at(-1))) return
  const scheme = scanner.take(TOKEN)
  if (scheme === undefined) return
  const draft: Draft = { scheme: scheme.toLowerCase(), params: new Map() }
  drafts.push(draft)
  if (scanner.take(BLANKS) === undefined) return
  const token68 = scanner.take(TOKEN68)
  if (token68 === undefined) takeParameters(scanner, draft)
  else draft.token68 = token68
}

/** Takes one parameter, and those after it that only blanks divide: some L402 servers leave out the first comma. */
function takeParameters(scanner: FieldScanner, draft: Draft | undefined): boolean {
  if (!takeParameter(scanner, draft)) return false
  while (scanner.take(BLANKS) !== undefined && takeParameter(scanner, draft));
  return true
}

/** Takes `name=value` if it is next; without a challenge to belong to, or without a value, it is dropped. */
function takeParameter(scanner: FieldScanner, draft: Draft | undefined): boolean {
  const name = scanner.take(PARAMETER_NAME)?.toLowerCase()
  if (name === undefined) return false
  scanner.take(EQUALS)
  const value = scanner.takeQuoted() ?? scanner.take(BARE_VALUE)
  if (draft !== undefined && value !== undefined && !draft.params.has(name)) draft.params.set(name, value)
  return true
}

function finishDraft(draft: Draft): AuthChallenge {
  const params = Object.fromEntries(draft.params)
  Object.setPrototypeOf(params, null)
  const { scheme, token68 } = draft
  return token68 === undefined ? { scheme, params } : { scheme, params, token68 }
}

/** @returns the challenge of an offer: `PoW challenge="...", difficulty="4", target="0000ffff", ...`. */
export function formatPowChallenge(offer: PowOffer): string {
  const { challenge, difficulty, target, count, algorithm, expiresAt } = offer
  const work = `difficulty="${difficulty}", target="${target}", count="${count}", algorithm="${algorithm}"`
  return `PoW challenge="${challenge}", ${work}, expires="${expiresAt}"`
}

/** @returns the offer in a `PoW` challenge, or undefined if it is of another scheme or not well-formed. */
export function parsePowChallenge(challenge: AuthChallenge): PowOffer | undefined {
  if (challenge.scheme !== 'pow') return undefined
  const { params } = challenge
  return parsePowOffer({
    challenge: params['challenge'],
    target: params['target'],
    count: wholeNumber(params['count']),
    algorithm: params['algorithm'],
    expiresAt: wholeNumber(params['expires']),
  })
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && WHOLE_NUMBER.test(text) ? Number(text) : undefined
