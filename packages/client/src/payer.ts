import {
  changePurchase,
  isPending,
  isStopped,
  remove,
  reserve,
  settle,
  shortage,
  type Book,
  type Reserved,
} from './book.ts'
import { BudgetExceededError, type BudgetAsk } from './budget.ts'
import { messageOf } from './error-message.ts'
import type { NegotiationEvent } from './events.ts'
import { isHeldIn, type Ledger } from './ledger.ts'
import type { MoneySettings } from './negotiator-options.ts'
import { obstacle, type Obstacle } from './obstacle.ts'
import { findPayment, payInvoice, type PaymentEnd } from './payment-end.ts'
import { holdOf, isFor, withoutHold, type Holder, type Purchase, type Wanted } from './purchase.ts'
import { quoteFor, type Quote } from './quote.ts'
import type { Sale } from './refusal.ts'

/** What a payment is for, and on whose behalf. */
export interface Deal extends Wanted {
  readonly holder: Holder
  readonly signal: AbortSignal
  readonly tell: (event: NegotiationEvent) => void
  /** Says the gate what is left of a credential, and reads `X-L402`? */
  readonly isTurnpike: boolean
}

/** A purchase that is paid for. */
export type Bought = Purchase & { readonly preimage: string }

/** Kept for so long where nobody says how long it is good; whoever refuses it earlier ends it. */
const GOOD_FOR_MS = 30 * 86_400_000
/** Payments of other calls are looked up again at most so often. */
const LOOK_AGAIN_MS = 60_000

/** Buys credentials: reserves, pays, and writes down what came of it, in this order (R35). */
export class Payer {
  readonly #settings: MoneySettings
  readonly #ledger: Ledger
  readonly #lookedAtMs = new Map<string, number>()

  constructor(settings: MoneySettings) {
    this.#settings = settings
    this.#ledger = settings.ledger
  }

  /** What it would cost, if it may be bought at all, as far as the book says now. */
  async quote(sale: Sale, { origin }: Pick<Wanted, 'origin'>): Promise<Quote | Obstacle> {
    const { wallet, limits, now } = this.#settings
    const quote = quoteFor(sale, wallet, limits, now())
    if (quote.kind === 'obstacle') return quote
    const { maxFeeMsat, terms } = quote
    const price = { origin, maxFeeMsat, amountMsat: terms.amountMsat }
    const book = await this.#ledger.read()
    if (isStopped(book, origin, now())) return sellerStopped(origin)
    const ask = shortage(book, price, limits, now())
    if (ask === undefined) return quote
    await this.#reconcile()
    const still = shortage(await this.#ledger.read(), price, limits, now())
    return still === undefined ? quote : overBudget(still)
  }

  /** Pays for it. @throws what `approveAbove.ask` throws, signal.reason, LedgerError; nothing was paid then */
  async buy(quote: Quote, deal: Deal): Promise<Bought | Obstacle> {
    if (!(await this.#isApproved(quote, deal))) {
      return obstacle('not_approved', 'approveAbove.ask did not approve the payment.')
    }
    deal.signal.throwIfAborted()
    const { limits, now } = this.#settings
    const purchase = purchaseOf(quote, deal, now())
    const reserved = await this.#ledger.update((book) => reserve(book, purchase, limits, now()))
    return reserved === 'reserved' ? await this.#pay(purchase, deal, false) : notReserved(reserved, purchase)
  }

  /**
   * Goes on with a payment for the same thing that an earlier call began and did not end: looks it up. Where the wallet
   * knows nothing of it, and the process that began has died over it, that invoice, no other, is sent once more. Whoever
   * lived to be in doubt had sent it: then it is not sent again, for it may still be on its way.
   * @returns undefined when there is none, or when it came to nothing for good
   */
  async resume(deal: Deal): Promise<Bought | Obstacle | undefined> {
    const { wallet, now } = this.#settings
    const taken = await this.#takeOver(deal)
    if (taken === undefined) return undefined
    const { purchase, wasCutShort } = taken
    const found = await findPayment(wallet, purchase, now)
    if (found.kind === 'unsent' && wasCutShort) return await this.#pay(purchase, deal, true)
    const end: PaymentEnd =
      found.kind === 'unsent' ? { kind: 'inDoubt', message: 'The wallet does not know of it yet.' } : found
    const done = await this.#writeDown(purchase, end, deal, { isResumed: true, wasSent: false })
    return 'reason' in done && done.reason === 'payment_failed' ? undefined : done
  }

  async #isApproved({ terms, maxFeeMsat }: Quote, { origin, request }: Wanted): Promise<boolean> {
    const { approveAbove } = this.#settings
    const { amountMsat } = terms
    if (approveAbove === undefined || amountMsat + maxFeeMsat <= approveAbove.sats * 1000) return true
    const said: unknown = await approveAbove.ask({ origin, request, amountMsat, maxFeeMsat })
    // Whatever code without types says: nothing but this is a yes.
    return said === true
  }

  async #pay(purchase: Purchase, deal: Deal, isResumed: boolean): Promise<Bought | Obstacle> {
    const { wallet, now } = this.#settings
    const { paymentHash, amountMsat, maxFeeMsat } = purchase
    if (deal.signal.aborted) {
      // Nothing was sent by this call; of an earlier one that is not as sure.
      const end = { kind: isResumed ? 'inDoubt' : 'failed', message: 'The call was aborted.' } as const
      return await this.#writeDown(purchase, end, deal, { isResumed, wasSent: false })
    }
    deal.tell({ type: 'paying', paymentHash, amountMsat, maxFeeMsat })
    const end = await payInvoice(wallet, purchase, now)
    return await this.#writeDown(purchase, end, deal, { isResumed, wasSent: true })
  }

  async #writeDown(
    purchase: Purchase,
    end: PaymentEnd,
    { tell, holder }: Pick<Deal, 'tell' | 'holder'>,
    { isResumed, wasSent }: { readonly isResumed: boolean; readonly wasSent: boolean },
  ): Promise<Bought | Obstacle> {
    const { paymentHash, amountMsat } = purchase
    if (end.kind === 'paid') {
      const { preimage, feeMsat } = end
      tell({
        type: 'paid',
        paymentHash,
        amountMsat,
        ...(feeMsat === undefined ? {} : { feeMsat }),
        isResumed,
      })
      await this.#change((book) => settle(book, paymentHash, end, this.#settings.now()), tell)
      return { ...purchase, preimage }
    }
    const { message } = end
    if (end.kind === 'failed') {
      await this.#change((book) => remove(book, paymentHash), tell)
      tell({ type: 'notPaid', paymentHash, message })
      return obstacle('payment_failed', message)
    }
    // Without any hold, nobody takes it for one that was cut short before it was sent.
    const letGo = (one: Purchase): Purchase =>
      wasSent ? { ...one, holds: [] } : withoutHold(one, holder.call)
    await this.#change((book) => changePurchase(book, paymentHash, letGo), tell)
    tell({ type: 'inDoubt', paymentHash, message })
    return obstacle('payment_in_doubt', message)
  }

  /** After the wallet was asked: where it cannot be written down it stays reserved, and is looked up later. */
  async #change(change: (book: Book) => Book, tell: Deal['tell']): Promise<void> {
    try {
      await this.#ledger.update((book) => ({ book: change(book), result: undefined }))
    } catch (error) {
      tell({ type: 'ledgerFailed', message: messageOf(error) })
    }
  }

  /**
   * Takes hold of a payment without end that no call is at work on.
   * @returns with it, whether the only one who was ever at work on it certainly died over it
   */
  async #takeOver(
    deal: Deal,
  ): Promise<{ readonly purchase: Purchase; readonly wasCutShort: boolean } | undefined> {
    const isOrphan = (one: Purchase): boolean => isFor(one, deal) && this.#isOrphan(one)
    if (!(await this.#ledger.read()).purchases.some(isOrphan)) return undefined
    const mine = holdOf(deal.holder, this.#settings.now())
    return await this.#ledger.update((book) => {
      const orphan = book.purchases.find(isOrphan)
      if (orphan === undefined) return { book, result: undefined }
      const { holds, paymentHash } = orphan
      const wasCutShort = holds.length === 1 && holds.every(({ process }) => this.#ledger.isGone(process))
      const purchase = { ...orphan, holds: [...holds, mine] }
      return {
        book: changePurchase(book, paymentHash, () => purchase),
        result: { purchase, wasCutShort },
      }
    })
  }

  /** Of a wallet that cannot look back nothing will ever be known: such a payment is in the way until its invoice ends. */
  #isOrphan(purchase: Purchase): boolean {
    const { wallet, now } = this.#settings
    const isOpen = wallet.findPayment !== undefined || now() < purchase.invoiceExpiresAtMs
    return isPending(purchase) && isOpen && !purchase.holds.some(isHeldIn(this.#ledger, now()))
  }

  /** Looks up what other calls left undecided: money that was never spent is free again. */
  async #reconcile(): Promise<void> {
    const { wallet, now } = this.#settings
    if (wallet.findPayment === undefined) return
    const { purchases } = await this.#ledger.read()
    for (const orphan of purchases.filter((one) => this.#isOrphan(one))) {
      const { paymentHash } = orphan
      if (now() < (this.#lookedAtMs.get(paymentHash) ?? -Infinity) + LOOK_AGAIN_MS) continue
      this.#lookedAtMs.set(paymentHash, now())
      const end = await findPayment(wallet, orphan, now)
      if (end.kind === 'inDoubt' || end.kind === 'unsent') continue
      this.#lookedAtMs.delete(paymentHash)
      await this.#ledger.update((book) => {
        const known = end.kind === 'paid' ? settle(book, paymentHash, end, now()) : remove(book, paymentHash)
        return { book: known, result: undefined }
      })
    }
  }
}

function purchaseOf({ sale, terms, maxFeeMsat, validUntilMs }: Quote, deal: Deal, nowMs: number): Purchase {
  const { scheme, token, invoice, uses } = sale
  const { origin, request, resource, isTurnpike, holder } = deal
  const { paymentHash, amountMsat, expiresAtMs } = terms
  return {
    paymentHash,
    invoice,
    invoiceExpiresAtMs: expiresAtMs,
    amountMsat,
    maxFeeMsat,
    scheme,
    token,
    origin,
    request,
    isTurnpike,
    wasAccepted: false,
    holds: [holdOf(holder, nowMs)],
    ...(resource === undefined ? {} : { resource }),
    ...(uses === undefined ? {} : { usesLeft: uses }),
    goodUntilMs: Math.min(validUntilMs ?? Infinity, nowMs + GOOD_FOR_MS),
  }
}

function notReserved(reserved: Exclude<Reserved, 'reserved'>, { origin }: Purchase): Obstacle {
  if (reserved === 'stopped') return sellerStopped(origin)
  if (reserved === 'known') {
    return obstacle('invoice_reused', 'This invoice was paid, or is being paid, already.')
  }
  return overBudget(reserved)
}

function overBudget(asked: BudgetAsk): Obstacle {
  return { ...obstacle('over_budget', new BudgetExceededError(asked).message), asked }
}

/** Why nothing is paid to whoever took money and refused what it bought. */
export function sellerStopped(origin: string): Obstacle {
  return obstacle(
    'seller_stopped',
    `${origin} refused what was paid for; nothing more is paid there for a day.`,
  )
}
