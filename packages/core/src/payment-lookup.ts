import { within } from './deadline.ts'
import type { InvoiceState, LightningBackend } from './lightning-backend.ts'
import { pause } from './pause.ts'
import { RecentMap } from './recent-map.ts'

/** `unknown`: the backend cannot tell now. */
export type PaymentState = InvoiceState | 'unknown'

/** Asks the backend whether payments have arrived (R26). */
export interface PaymentLookup {
  /** Known from an earlier look-up: once settled, always settled. */
  isSettled(paymentHash: string): boolean
  /** @param paymentHash - 64 lower-case hex digits */
  lookUp(paymentHash: string): Promise<PaymentState>
}

/** Whom to ask, and how patiently. */
export interface LookupOptions {
  readonly backend: LightningBackend
  readonly now: () => number
  readonly onFault: (error: unknown) => void
  /** Before each look-up (default 0, 250 and 750 ms, one after the other): a payment may take a moment from the payer's node to ours. */
  readonly pausesMs?: readonly number[]
  /** How long one look-up may take (default 2000 ms). */
  readonly answerWithinMs?: number
}

const PAUSES_MS = [0, 250, 750]
const ANSWER_WITHIN_MS = 2000
/** A payment that has not arrived is not asked for again at once. */
const PENDING_REMEMBERED_MS = 1000
const MOST_AT_ONCE = 256
const REMEMBERED = 10_000

export function createPaymentLookup(options: LookupOptions): PaymentLookup {
  const { now } = options
  const settled = new RecentMap<true>(REMEMBERED)
  const pending = new RecentMap<number>(REMEMBERED)
  const underWay = new Map<string, Promise<PaymentState>>()

  async function begin(paymentHash: string): Promise<PaymentState> {
    try {
      const state = await lookUpOften(options, paymentHash)
      if (state === 'settled') settled.set(paymentHash, true)
      if (state === 'pending') pending.set(paymentHash, now())
      return state
    } finally {
      underWay.delete(paymentHash)
    }
  }

  return {
    isSettled: (paymentHash) => settled.get(paymentHash) === true,
    async lookUp(paymentHash) {
      if (settled.get(paymentHash) === true) return 'settled'
      const known = underWay.get(paymentHash)
      if (known !== undefined) return await known
      // Either way: a clock that was set back must not keep a payment pending for as long.
      const askedAgoMs = Math.abs(now() - (pending.get(paymentHash) ?? Number.NEGATIVE_INFINITY))
      if (askedAgoMs < PENDING_REMEMBERED_MS) return 'pending'
      if (underWay.size >= MOST_AT_ONCE) return 'unknown'
      const begun = begin(paymentHash)
      underWay.set(paymentHash, begun)
      return await begun
    },
  }
}

/** Until it is settled or gone. Of several answers the last that was one counts. */
async function lookUpOften(
  { backend, onFault, pausesMs = PAUSES_MS, answerWithinMs = ANSWER_WITHIN_MS }: LookupOptions,
  paymentHash: string,
): Promise<PaymentState> {
  let state: PaymentState = 'unknown'
  for (const pauseMs of pausesMs) {
    if (pauseMs > 0) await pause(pauseMs)
    try {
      state = checked(await within(answerWithinMs, ({ signal }) => backend.lookUp(paymentHash, signal)))
    } catch (error) {
      onFault(error)
    }
    if (state === 'settled' || state === 'gone') return state
  }
  return state
}

/** Backends are written by others too: a word that is none of these must not count as a payment. */
function checked(state: unknown): InvoiceState {
  if (state === 'settled' || state === 'pending' || state === 'gone') return state
  throw new TypeError(`lookUp() answered neither 'settled' nor 'pending' nor 'gone' but a ${typeof state}`)
}
