/** Reads the journals of the servers, and says whether the books balance. */
import { readFileSync } from 'node:fs'
import { BUNDLE, FREE } from './terms.js'

/** Between a decision and the handler that writes it down; what is later than that goes unnoticed, nothing worse. */
const LAG_MS = 1500
/** Digits of a payment hash in the books. */
const NAME_DIGITS = 16

/**
 * @typedef {object} Served
 * @property {'served'} kind
 * @property {number} pid
 * @property {string} policy
 * @property {string} way
 * @property {string} caller
 * @property {string} [proof]
 * @property {number} at
 *
 * @typedef {object} Audit
 * @property {'audit'} kind
 * @property {number} pid
 * @property {string} movement
 * @property {string} payment
 * @property {number} [uses]
 */

/** @typedef {Record<'claimed' | 'kept' | 'givenBack' | 'exhausted' | 'overlap', number>} Uses */

/** @param {readonly string[]} files @returns {(Served | Audit)[]} */
export function readJournals(files) {
  /** @type {(Served | Audit)[]} */
  const entries = []
  for (const file of files) {
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line !== '') entries.push(/** @type {Served | Audit} */ (JSON.parse(line)))
    }
  }
  return entries
}

/** @param {readonly (Served | Audit)[]} entries @returns {Map<string, Uses>} what became of uses, by payment */
export function usesByPayment(entries) {
  /** @type {Map<string, Uses>} */
  const uses = new Map()
  for (const entry of entries) {
    if (entry.kind !== 'audit') continue
    const of = uses.get(entry.payment) ?? { claimed: 0, kept: 0, givenBack: 0, exhausted: 0, overlap: 0 }
    if (Object.hasOwn(of, entry.movement)) of[/** @type {keyof Uses} */ (entry.movement)] += 1
    uses.set(entry.payment, of)
  }
  return uses
}

/**
 * What was admitted without cover. Paid calls are judged by `balance`.
 *
 * @param {readonly (Served | Audit)[]} entries
 * @returns {readonly string[]} complaints
 */
export function uncovered(entries) {
  const served = entries.filter((entry) => entry.kind === 'served')
  const ways = new Set(['free', 'pow', 'lightning'])
  const unknown = served
    .filter(({ way }) => !ways.has(way))
    .map((entry) => `served by no way: ${JSON.stringify(entry)}`)
  const bare = served.filter(({ way, proof }) => way !== 'free' && proof === undefined)
  const challenges = served
    .filter(({ way }) => way === 'pow')
    .map(({ proof = '' }) => proof.split(',')[0] ?? '')
  const twice = challenges.filter((challenge, index) => challenges.indexOf(challenge) !== index)
  return [
    ...unknown,
    ...bare.map((entry) => `served by ${entry.way} without a proof: ${JSON.stringify(entry)}`),
    ...twice.map((challenge) => `one solution served twice: ${challenge}`),
    ...aboveLimit(served),
  ]
}

/** @param {readonly Served[]} served @returns {readonly string[]} */
function aboveLimit(served) {
  /** @type {Map<string, number[]>} */
  const times = new Map()
  for (const { way, policy, caller, at } of served) {
    if (way === 'free' && policy === 'free') times.set(caller, [...(times.get(caller) ?? []), at])
  }
  const spanMs = FREE.seconds * 1000 - LAG_MS
  return [...times].flatMap(([caller, at]) => {
    const sorted = at.toSorted((a, b) => a - b)
    const isAbove = sorted.some((from, index) => (sorted[index + FREE.calls] ?? Infinity) - from <= spanMs)
    return isAbove ? [`${caller} had more than ${FREE.calls} free calls in ${FREE.seconds} s`] : []
  })
}

/**
 * Uses sold = kept + used up by too many give-backs + left. All that was left has been called for by now, so nothing is.
 *
 * @param {Iterable<import('./purse.js').Purchase>} purchases
 * @param {Map<string, Uses>} uses
 * @param {ReadonlySet<string>} torn payments that were under way in a process when it was killed: what it did last, nobody knows
 * @returns {{ complaints: readonly string[], sold: number, kept: number, givenBack: number, exhausted: number, torn: number }}
 */
export function balance(purchases, uses, torn) {
  const sums = { sold: 0, kept: 0, givenBack: 0, exhausted: 0, torn: 0 }
  const complaints = []
  const known = new Set()
  for (const { paymentHash, amountMsat, shown } of purchases) {
    const payment = paymentHash.slice(0, NAME_DIGITS)
    known.add(payment)
    const sold = amountMsat === BUNDLE.sats * 1000 ? BUNDLE.uses : 1
    const { kept = 0, exhausted = 0, givenBack = 0, overlap = 0, claimed = 0 } = uses.get(payment) ?? {}
    sums.sold += sold
    sums.kept += kept
    sums.givenBack += givenBack
    sums.exhausted += exhausted
    if (torn.has(payment)) sums.torn += 1
    const open = claimed - kept - exhausted - givenBack - overlap
    const spent = kept + exhausted
    const isRight = torn.has(payment) ? spent <= sold && spent + open >= sold : spent === sold && open === 0
    if (shown === undefined) complaints.push(`${payment}: paid, and never shown to a server`)
    else if (!isRight || overlap > 0) {
      complaints.push(
        `${payment}: sold ${sold}, claimed ${claimed}, kept ${kept}, given back ${givenBack}, exhausted ${exhausted}, overlap ${overlap}`,
      )
    }
  }
  for (const [payment, { claimed }] of uses) {
    if (claimed > 0 && !known.has(payment))
      complaints.push(`${payment}: claimed ${claimed}, and nobody has paid it`)
  }
  return { complaints, ...sums }
}

/**
 * @param {readonly (Served | Audit)[]} entries of a process that was killed
 * @returns {ReadonlySet<string>} payments with a claim whose end it did not live to write down
 */
export function openPayments(entries) {
  const open = [...usesByPayment(entries)].filter(
    ([, { claimed, kept, givenBack, exhausted, overlap }]) =>
      claimed > kept + givenBack + exhausted + overlap,
  )
  return new Set(open.map(([payment]) => payment))
}
