/** One payment for a credential, from before it is paid until the credential is used up. */

/** Plain JSON; holds the two secrets of a credential, token and preimage. */
export interface Purchase {
  /** 64 lower-case hex digits; names the purchase. */
  readonly paymentHash: string
  /** BOLT 11. */
  readonly invoice: string
  readonly invoiceExpiresAtMs: number
  readonly amountMsat: number
  readonly maxFeeMsat: number
  readonly scheme: 'L402' | 'LSAT'
  readonly token: string
  /** Seller: the only one who is ever shown the credential. */
  readonly origin: string
  /** What was asked for, such as `GET /search`. */
  readonly request: string
  /** What the seller calls it, if it says so. */
  readonly resource?: string
  /** Does the seller take credentials in `X-L402`, too, and say what is left of them? */
  readonly isTurnpike: boolean
  /** Calls that it is still good for; without it, for as many as the seller lets in. */
  readonly usesLeft?: number
  /** From then on it is not shown any more. */
  readonly goodUntilMs: number
  /** Was ever let in with. */
  readonly wasAccepted: boolean
  /** Calls that are about to pay, or to show it. */
  readonly holds: readonly Hold[]
  /** 64 lower-case hex digits; without it, the payment has no end yet. */
  readonly preimage?: string
}

/** A call, among all that share a ledger. */
export interface Holder {
  /** Of the ledger. */
  readonly process: string
  readonly call: string
}

/** A call's right to go on with a purchase, so that no two calls show one use. */
export interface Hold extends Holder {
  /** A hold of a process that cannot be asked ends then. */
  readonly untilMs: number
}

/** Longer than any call; after a crash on the same machine nobody waits for it. */
const HOLD_MS = 600_000

/** The hold of a call from now on. */
export function holdOf(holder: Holder, nowMs: number): Hold {
  return { ...holder, untilMs: nowMs + HOLD_MS }
}

/** What a purchase must be about. */
export interface Wanted {
  readonly origin: string
  readonly request: string
  readonly resource: string | undefined
}

/** Is this hold in force? */
export type IsHeld = (hold: Hold) => boolean

/** Is it for the same thing at the same seller? */
export function isFor({ origin, request, resource }: Purchase, wanted: Wanted): boolean {
  if (origin !== wanted.origin) return false
  return request === wanted.request || (resource !== undefined && resource === wanted.resource)
}

/** Can it still be shown? */
export function isUsable({ usesLeft, goodUntilMs, preimage }: Purchase, nowMs: number): boolean {
  return preimage !== undefined && usesLeft !== 0 && nowMs < goodUntilMs
}

/**
 * Is there a use that no other call holds? A credential of which nobody said how often it is good is shown by one call
 * alone until it was let in with.
 */
export function hasRoom({ holds, usesLeft, wasAccepted }: Purchase, isHeld: IsHeld): boolean {
  return holds.filter(isHeld).length < (usesLeft ?? (wasAccepted ? Infinity : 1))
}

/** The purchase with this hold added; those that lapsed are dropped. */
export function withHold(purchase: Purchase, hold: Hold, isHeld: IsHeld): Purchase {
  return { ...purchase, holds: [...purchase.holds.filter(isHeld), hold] }
}

/** The purchase without the holds of this call. */
export function withoutHold(purchase: Purchase, call: string): Purchase {
  return { ...purchase, holds: purchase.holds.filter((hold) => hold.call !== call) }
}
