/** The book of a wallet: what was spent, what is being paid, what was bought. Values in, values out. */

import type { BudgetAsk, Limits } from './budget.ts'
import { isUsable, type Purchase } from './purchase.ts'

/** All that has to outlive a process; plain JSON. */
export interface Book {
  readonly version: 1
  /** Spent before the windows' beginning, millisatoshis. */
  readonly olderMsat: number
  /** Of the last 24 hours. */
  readonly spends: readonly Spend[]
  /** Payments without an end yet, and credentials that are still good. */
  readonly purchases: readonly Purchase[]
  /** Origins that took money and refused what it bought, in the last 24 hours. */
  readonly strikes: readonly Strike[]
}

/** Money that is gone. */
export interface Spend {
  readonly paymentHash: string
  readonly host: string
  readonly atMs: number
  /** Routing included. */
  readonly msat: number
}

interface Strike {
  readonly origin: string
  readonly atMs: number
  /** At `STRIKES_OUT` in sum, nothing more is paid there. */
  readonly weight: number
}

/** Nothing spent, nothing bought. */
export const EMPTY_BOOK: Book = { version: 1, olderMsat: 0, spends: [], purchases: [], strikes: [] }
/** Weight of strikes, in sum, at which nothing more is paid to an origin. */
export const STRIKES_OUT = 3
/** The length of the windows. */
export const DAY_MS = 86_400_000
/** No payment hangs in the network for longer than this after its invoice expired; then it counts as spent. */
const DOUBT_ENDS_MS = 14 * DAY_MS

/** Credentials that are kept, the latest: of some servers nobody knows whether they are good for another call. */
const MOST_KEPT = 1000

/** What came of asking for money: reserved, or why not. `known`: this very invoice is in the book already. */
export type Reserved = 'reserved' | 'known' | 'stopped' | BudgetAsk

/** A budget is about hosts; names that are no URLs, such as those of local programs, stand for themselves. */
export function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host || origin : origin
}

/** Forgets what no window and no call will ask for again. */
export function tidy(book: Book, nowMs: number): Book {
  const isRecent = ({ atMs }: { readonly atMs: number }): boolean => atMs > nowMs - DAY_MS
  const old = book.spends.filter((spend) => !isRecent(spend))
  const lost = book.purchases.filter(
    (one) => isPending(one) && one.invoiceExpiresAtMs + DOUBT_ENDS_MS < nowMs,
  )
  const kept = new Set(
    book.purchases.filter((one) => !isPending(one) && isUsable(one, nowMs)).slice(-MOST_KEPT),
  )
  return {
    version: 1,
    olderMsat: book.olderMsat + sum(old) + sumReserved(lost),
    spends: book.spends.filter(isRecent),
    purchases: book.purchases.filter((one) => (isPending(one) ? !lost.includes(one) : kept.has(one))),
    strikes: book.strikes.filter(isRecent),
  }
}

/**
 * Sets aside what a payment may cost, price and fee limit, and writes down all that is needed to go on with it after a
 * crash (R35).
 */
export function reserve(
  book: Book,
  purchase: Purchase,
  limits: Limits,
  nowMs: number,
): { readonly book: Book; readonly result: Reserved } {
  const tidied = tidy(book, nowMs)
  const { origin, paymentHash } = purchase
  if (isStopped(tidied, origin, nowMs)) return { book: tidied, result: 'stopped' }
  if (knows(tidied, paymentHash)) return { book: tidied, result: 'known' }
  const ask = shortage(tidied, purchase, limits, nowMs)
  if (ask !== undefined) return { book: tidied, result: ask }
  return { book: { ...tidied, purchases: [...tidied.purchases, purchase] }, result: 'reserved' }
}

/** The first limit that the payment would exceed; undefined if it fits. */
export function shortage(
  book: Book,
  { origin, amountMsat, maxFeeMsat }: Pick<Purchase, 'origin' | 'amountMsat' | 'maxFeeMsat'>,
  limits: Limits,
  nowMs: number,
): BudgetAsk | undefined {
  const { olderMsat, spends, purchases } = tidy(book, nowMs)
  const host = hostOf(origin)
  const pending = purchases.filter(isPending)
  const perDay = sum(spends) + sumReserved(pending)
  const used = {
    perCallSats: 0,
    perHostSats:
      sum(spends.filter((spend) => spend.host === host)) +
      sumReserved(pending.filter((purchase) => hostOf(purchase.origin) === host)),
    perDaySats: perDay,
    totalSats: olderMsat + perDay,
  }
  const wanted = amountMsat + maxFeeMsat
  const names = ['perCallSats', 'perHostSats', 'perDaySats', 'totalSats'] as const
  const limit = names.find((name) => used[name] + wanted > limits[name])
  if (limit === undefined) return undefined
  return { origin, amountMsat, maxFeeMsat, limit, limitMsat: limits[limit], usedMsat: used[limit] }
}

/** The payment went through: what it cost is spent, and what it bought can be used. */
export function settle(
  book: Book,
  paymentHash: string,
  { preimage, feeMsat }: { readonly preimage: string; readonly feeMsat: number | undefined },
  nowMs: number,
): Book {
  const purchase = book.purchases.find((one) => one.paymentHash === paymentHash)
  if (purchase === undefined || !isPending(purchase)) return book
  const msat = purchase.amountMsat + (feeMsat ?? purchase.maxFeeMsat)
  const spend = { paymentHash, host: hostOf(purchase.origin), atMs: nowMs, msat }
  const paid = changePurchase(book, paymentHash, (one) => ({ ...one, preimage }))
  return { ...paid, spends: [...paid.spends, spend] }
}

/** The purchase is over: its payment failed for good, or what it bought is used up or refused. */
export function remove(book: Book, paymentHash: string): Book {
  return { ...book, purchases: book.purchases.filter((one) => one.paymentHash !== paymentHash) }
}

/** Changes a purchase if it is still there. */
export function changePurchase(book: Book, paymentHash: string, change: (one: Purchase) => Purchase): Book {
  return {
    ...book,
    purchases: book.purchases.map((one) => (one.paymentHash === paymentHash ? change(one) : one)),
  }
}

/** Notes that an origin refused what was paid for. */
export function strike(book: Book, origin: string, weight: number, nowMs: number): Book {
  return { ...book, strikes: [...book.strikes, { origin, weight, atMs: nowMs }] }
}

/** Is nothing more paid at this origin? */
export function isStopped({ strikes }: Book, origin: string, nowMs: number): boolean {
  const here = strikes.filter((one) => one.origin === origin && one.atMs > nowMs - DAY_MS)
  return here.reduce((total, { weight }) => total + weight, 0) >= STRIKES_OUT
}

/** Was the payment begun, its end being not known? */
export function isPending({ preimage }: Purchase): boolean {
  return preimage === undefined
}

function knows({ spends, purchases }: Book, paymentHash: string): boolean {
  return [...spends, ...purchases].some((one) => one.paymentHash === paymentHash)
}

function sum(spends: readonly Spend[]): number {
  return spends.reduce((total, { msat }) => total + msat, 0)
}

function sumReserved(purchases: readonly Purchase[]): number {
  return purchases.reduce((total, { amountMsat, maxFeeMsat }) => total + amountMsat + maxFeeMsat, 0)
}
