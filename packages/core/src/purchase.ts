import type { RailContext } from './rail.ts'

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

/** Hash digits that stand for a payment. */
const PAYMENT_DIGITS = 16

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
