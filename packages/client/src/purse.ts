import { isProblemCode } from '@turnpike/protocol'
import type { Way } from './choice.ts'
import type { NegotiationEvent } from './events.ts'
import { obstacle, type Obstacle } from './obstacle.ts'
import { sellerStopped, type Bought, type Deal, type Payer } from './payer.ts'
import { isExposed } from './plain-http.ts'
import type { Quote } from './quote.ts'
import { randomName } from './random-name.ts'
import type { Refusal } from './refusal.ts'
import type { Shelf, Use } from './shelf.ts'
import { unlessAborted } from './sleep.ts'
import type { Place } from './subject.ts'

/** What all calls of a client share, as far as it is about money. */
export interface Funds {
  readonly payer: Payer
  readonly shelf: Shelf
  /** Of the ledger. */
  readonly process: string
}

/** What a call says about itself. */
export interface PurseOwner {
  readonly signal: AbortSignal
  readonly isAuthorizationTaken: boolean
  readonly tell: (event: NegotiationEvent) => void
}

const PAYS_ONCE = obstacle('already_paid', 'One call pays once.')

/** One call's dealings with money: it pays once at most, and shows to a seller what was bought there. */
export class Purse {
  readonly #funds: Funds
  readonly #owner: PurseOwner
  readonly #call = randomName()
  /** Good, but not here. */
  readonly #unsuited = new Set<string>()
  /** Why no more is paid in this call. */
  #closed: Obstacle | undefined

  constructor(funds: Funds, owner: PurseOwner) {
    this.#funds = funds
    this.#owner = owner
  }

  /** A credential of an earlier call. @throws LedgerError */
  async take(place: Place, refusal: Partial<Refusal> = {}): Promise<Bought | undefined> {
    if (isExposed(place.origin)) return undefined
    return await this.#funds.shelf.take(
      this.#deal(place, refusal),
      (one) => !this.#unsuited.has(one.paymentHash) && (one.isTurnpike || !this.#owner.isAuthorizationTaken),
    )
  }

  /** What an earlier call began to pay for, if it can be had by now. @throws LedgerError, signal.reason */
  async resume(place: Place, refusal: Refusal): Promise<Bought | undefined> {
    if (isExposed(place.origin)) return undefined
    const bought = await this.#unlessAborted(this.#funds.payer.resume(this.#deal(place, refusal)))
    if (bought === undefined) return undefined
    this.#closed = 'reason' in bought ? bought : PAYS_ONCE
    return 'reason' in bought ? undefined : bought
  }

  /** Whether what is for sale may be paid. @throws LedgerError */
  async way(
    place: Place,
    { lightning, code }: Refusal,
  ): Promise<Extract<Way, { kind: 'pay' }> | Obstacle | undefined> {
    if (lightning === undefined) return undefined
    if (this.#closed !== undefined) return this.#closed
    if (isExposed(place.origin)) return obstacle('plain_http', 'Nothing is paid over plain http; use https.')
    if (this.#owner.isAuthorizationTaken && !isCodeOfOurs(code)) {
      const message = 'The request has an Authorization of its own, where this server wants the credential.'
      return obstacle('authorization_taken', message)
    }
    const quote = await this.#funds.payer.quote(lightning, place)
    return quote.kind === 'obstacle' ? quote : { kind: 'pay', quote }
  }

  /** Pays. @throws LedgerError, signal.reason, and what `approveAbove.ask` throws */
  async buy(quote: Quote, place: Place, refusal: Refusal): Promise<Bought | Obstacle> {
    const bought = await this.#unlessAborted(this.#funds.payer.buy(quote, this.#deal(place, refusal)))
    this.#closed = 'reason' in bought ? bought : PAYS_ONCE
    return bought
  }

  /** Hands back a use that was taken. @throws LedgerError */
  async putBack(bought: Bought, use: Use): Promise<void> {
    await this.#funds.shelf.putBack(bought, this.#call, use)
  }

  /** Hands back what is of no use for this call. @throws LedgerError */
  async passOver(bought: Bought): Promise<void> {
    this.#unsuited.add(bought.paymentHash)
    await this.putBack(bought, { isAccepted: false })
  }

  /** Throws away what was refused. @throws LedgerError */
  async discard(bought: Bought, isFresh: boolean): Promise<void> {
    const { origin, paymentHash } = bought
    this.#unsuited.add(paymentHash)
    if (!(await this.#funds.shelf.discard(bought, isFresh))) return
    this.#owner.tell({ type: 'sellerStopped', origin })
    this.#closed = sellerStopped(origin)
  }

  /** A payment that was begun goes on, whoever waits for it; what it buys is there for the next call. */
  async #unlessAborted<T extends Bought | Obstacle | undefined>(paying: Promise<T>): Promise<T> {
    try {
      return await unlessAborted(paying, this.#owner.signal)
    } catch (error) {
      const unused = async (bought: T): Promise<void> => {
        if (bought !== undefined && !('reason' in bought)) await this.putBack(bought, { isAccepted: false })
      }
      paying.then(unused).catch(() => undefined)
      throw error
    }
  }

  #deal({ origin, request }: Place, { resource, code }: Partial<Refusal>): Deal {
    const { signal, tell } = this.#owner
    const holder = { process: this.#funds.process, call: this.#call }
    return { origin, request, resource, holder, signal, tell, isTurnpike: isCodeOfOurs(code) }
  }
}

/** Other servers have codes of their own; all that a gate of ours says to a first call has been there from the start. */
function isCodeOfOurs(code: string | undefined): boolean {
  return code !== undefined && isProblemCode(code)
}
