import { type AuditLog, createAuditWriter } from './audit-log.ts'
import type { Emit } from './emitter.ts'
import type { RailContext } from './rail.ts'
import { RecentMap } from './recent-map.ts'
import type { Warnings } from './warnings.ts'

/**
 * What can happen to a payment, from the gate's side.
 * - `minted`: an invoice went out with a 402.
 * - `settled`: its payment was seen to have arrived. Several processes may each see it once.
 * - `claimed`: a call took a use of it; then `kept`, `givenBack`, `exhausted` (to be given back, but too often already) or
 *   `overlap` (kept though its lease had lapsed and the use was served twice).
 */
export type Movement = 'minted' | 'settled' | 'claimed' | 'kept' | 'givenBack' | 'exhausted' | 'overlap'

/** A payment as the books know it. */
export interface Purchase {
  /** First 16 hex digits of the payment hash: enough to find it at the node. */
  readonly payment: string
  /** Name of the policy. */
  readonly policy: string
  /** What was called: policy name, method and route, or tool; cut at 200 characters where it is told. */
  readonly resource: string
  readonly callerClass: string
  /** Of the whole payment. Not known for calls that were held and resumed (R34). */
  readonly amountMsat?: number
  /** Calls that the whole payment is for. */
  readonly uses?: number
}

/** One movement of money, or of a use that was paid for. */
export interface PaymentEvent extends Purchase {
  readonly type: 'payment'
  readonly movement: Movement
}

/** Takes movements down: as events, and as lines of the audit log where there is one. */
export interface Book {
  enter(movement: Movement, purchase: Purchase): void
  /** Resolves when no line is being written any more, whether it could be or not. */
  drain(): Promise<void>
}

export interface BookOptions {
  readonly gate: string
  readonly emit: Emit
  readonly audit: AuditLog | undefined
  readonly warnings: Warnings
  readonly now: () => number
}

const ARRIVALS_REMEMBERED = 10_000
/** Hash digits that stand for a payment. */
const PAYMENT_DIGITS = 16
/** Resources may be paths that a client chose. */
const LONGEST_RESOURCE = 200

export function createBook({ gate, emit, audit, warnings, now }: BookOptions): Book {
  const writer = audit && createAuditWriter(audit, warnings)
  const arrived = new RecentMap<true>(ARRIVALS_REMEMBERED)
  return {
    enter(movement, asked) {
      const purchase = { ...asked, resource: asked.resource.slice(0, LONGEST_RESOURCE) }
      // Many calls may learn of one payment at the same time.
      if (movement === 'settled' && arrived.get(purchase.payment) === true) return
      if (movement === 'settled') arrived.set(purchase.payment, true)
      emit({ type: 'payment', movement, ...purchase })
      writer?.write(formatAuditLine(gate, now(), movement, purchase))
    },
    drain: async () => await writer?.drain(),
  }
}

/** @param credential - a payment hash: the identity of a paid claim */
export function paymentName(credential: string): string {
  return credential.slice(0, PAYMENT_DIGITS)
}

/** @returns what the books say of a payment for this call. */
export function purchaseOf(
  { caller, resource, policy = '' }: RailContext,
  { paymentHash, amountMsat, uses }: PaymentTerms,
): Purchase {
  return {
    payment: paymentName(paymentHash),
    policy,
    resource: resource.text,
    callerClass: caller.class,
    amountMsat,
    uses,
  }
}

interface PaymentTerms {
  readonly paymentHash: string
  readonly amountMsat: number
  readonly uses: number
}

/** One line of the audit log: JSON, its members in this order (docs/payments.md). */
export function formatAuditLine(
  gate: string,
  atMs: number,
  movement: Movement,
  { payment, policy, resource, callerClass, amountMsat, uses }: Purchase,
): string {
  return JSON.stringify({
    v: 1,
    at: new Date(atMs).toISOString(),
    gate,
    movement,
    payment,
    policy,
    resource,
    class: callerClass,
    msat: amountMsat,
    uses,
  })
}
