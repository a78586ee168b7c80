import { changePurchase, isStopped, remove, strike, STRIKES_OUT } from './book.ts'
import { isHeldIn, type Ledger } from './ledger.ts'
import type { Bought, Deal } from './payer.ts'
import { hasRoom, holdOf, isFor, isUsable, withHold, withoutHold, type Purchase } from './purchase.ts'

/** How a credential fared, and how many uses are left, where the gate said so. */
export interface Use {
  readonly isAccepted: boolean
  readonly usesLeft?: number | undefined
}

/** Credentials that were bought and are still good; every use is held by one call. */
export class Shelf {
  readonly #ledger: Ledger
  readonly #now: () => number

  constructor(ledger: Ledger, now: () => number) {
    this.#ledger = ledger
    this.#now = now
  }

  /** Takes hold of one use, if there is one that `isWelcome`. */
  async take(deal: Deal, isWelcome: (one: Purchase) => boolean): Promise<Bought | undefined> {
    const nowMs = this.#now()
    const isHeld = isHeldIn(this.#ledger, nowMs)
    const isFree = (one: Purchase): one is Bought =>
      isFor(one, deal) && isUsable(one, nowMs) && hasRoom(one, isHeld) && isWelcome(one)
    if (!(await this.#ledger.read()).purchases.some(isFree)) return undefined
    return await this.#ledger.update((book) => {
      const found = book.purchases.find(isFree)
      if (found === undefined) return { book, result: undefined }
      const held = { ...found, ...withHold(found, holdOf(deal.holder, nowMs), isHeld) }
      return {
        book: changePurchase(book, found.paymentHash, () => held),
        result: { ...held, preimage: found.preimage },
      }
    })
  }

  /** Lets go of a use that was taken. */
  async putBack({ paymentHash }: Purchase, call: string, { isAccepted, usesLeft }: Use): Promise<void> {
    await this.#ledger.update((book) => {
      const changed = changePurchase(book, paymentHash, (one) => ({
        ...withoutHold(one, call),
        wasAccepted: one.wasAccepted || isAccepted,
        // Answers of parallel calls arrive in any order; uses never grow.
        ...(usesLeft === undefined ? {} : { usesLeft: Math.min(usesLeft, one.usesLeft ?? Infinity) }),
      }))
      return { book: usesLeft === 0 ? remove(changed, paymentHash) : changed, result: undefined }
    })
  }

  /**
   * Throws a refused one away. One that was never let in with counts against its seller: at once where nothing but this
   * call can have used it, less where an answer may have been lost.
   * @returns true if nothing more is to be paid there
   */
  async discard(bought: Bought, isFresh: boolean): Promise<boolean> {
    const { origin, paymentHash, wasAccepted } = bought
    return await this.#ledger.update((book) => {
      const without = remove(book, paymentHash)
      const after = wasAccepted ? without : strike(without, origin, isFresh ? STRIKES_OUT : 1, this.#now())
      return { book: after, result: isStopped(after, origin, this.#now()) }
    })
  }
}
