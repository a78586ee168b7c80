import type { PowOffer } from '@turnpike/protocol'
import type { Wanted } from './purchase.ts'
import type { Place } from './subject.ts'

/** A solution that is good for several calls. It costs no money, so it is kept in memory. */
export interface Pass extends Wanted {
  readonly text: string
  readonly goodUntilMs: number
  usesLeft: number
}

/** More are not kept: whoever sells work by the thousand uses must not fill the memory. */
const MOST_KEPT = 1000

/** Solutions with uses left. */
export class Passes {
  readonly #passes = new Set<Pass>()

  /** Keeps what is left after one use. */
  keep(offer: PowOffer, text: string, { origin, request, resource }: Wanted): Pass | undefined {
    const { uses = 1, expiresAt } = offer
    if (uses < 2) return undefined
    const pass = { origin, request, resource, text, goodUntilMs: expiresAt * 1000, usesLeft: uses - 1 }
    this.#passes.add(pass)
    for (const oldest of this.#passes) {
      if (this.#passes.size <= MOST_KEPT) break
      this.#passes.delete(oldest)
    }
    return pass
  }

  /** Takes one use. */
  take(wanted: Place, nowMs: number): Pass | undefined {
    for (const pass of this.#passes) {
      if (pass.goodUntilMs <= nowMs || pass.usesLeft < 1) this.#passes.delete(pass)
      else if (pass.origin === wanted.origin && pass.request === wanted.request) {
        pass.usesLeft -= 1
        return pass
      }
    }
    return undefined
  }

  /** Gives back a use that was not needed. */
  giveBack(pass: Pass): void {
    pass.usesLeft += 1
    this.#passes.add(pass)
  }

  /** Forgets one that was refused. */
  drop(pass: Pass): void {
    this.#passes.delete(pass)
  }
}
