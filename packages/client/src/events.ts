import type { BudgetAsk } from './budget.ts'
import type { OtherRail } from './other-rails.ts'

/**
 * Why a refusal was handed to the caller instead of being met. About work and waiting:
 * - `too_hard`: the work is above `maxBits`; `refused`: a solution was sent and did not help;
 * - `wait_too_long`: `Retry-After` is beyond what is left of `maxWaitMs`; `attempts`: `maxAttempts` requests were sent;
 * - `body_too_large`: the request's body is above `maxBodyBytes`, so it cannot be sent again;
 * - `redirected`: a redirect led here, and sending the request again could do twice what it does, or is impossible;
 * - `plain_http`: a credential would travel unencrypted to another machine;
 * - `authorization_taken`: this server takes credentials in `Authorization` alone, and the request has its own there.
 *
 * About paying:
 * - `over_budget`: the budget forbids it; `not_approved`: `approveAbove` said no; `already_paid`: one payment per call;
 * - `invoice_invalid`, `invoice_expired`, `wrong_network`: the invoice is not one that this wallet can pay;
 * - `price_mismatch`: the invoice demands another amount than the offer; `hash_mismatch`: paying it would not buy the token;
 * - `invoice_reused`: this invoice was paid, or is being paid, already;
 * - `payment_failed`: nothing was spent; `payment_in_doubt`: a payment for this is under way, or nobody knows whether it is;
 * - `seller_stopped`: this origin took money and refused what it bought; nothing is paid there for a day.
 */
export type GiveUpReason =
  | 'too_hard'
  | 'refused'
  | 'wait_too_long'
  | 'attempts'
  | 'body_too_large'
  | 'redirected'
  | 'plain_http'
  | 'authorization_taken'
  | PayObstacle

/** Those that are about paying alone. */
export type PayObstacle =
  | 'over_budget'
  | 'not_approved'
  | 'already_paid'
  | 'invoice_invalid'
  | 'invoice_expired'
  | 'wrong_network'
  | 'price_mismatch'
  | 'hash_mismatch'
  | 'invoice_reused'
  | 'payment_failed'
  | 'payment_in_doubt'
  | 'seller_stopped'

/** What happens between a call and its answer. Carries no challenge, no nonce, no token, no invoice and no preimage. */
export type NegotiationEvent =
  /** A refusal that can be met; `code` is that of its problem document. */
  | { readonly type: 'challenged'; readonly status: number; readonly code?: string }
  | { readonly type: 'solving'; readonly expectedHashes: number; readonly count: number }
  | { readonly type: 'solved'; readonly hashes: number; readonly elapsedMs: number }
  | { readonly type: 'waiting'; readonly waitMs: number }
  /** The amounts are reserved; the wallet is asked next. */
  | {
      readonly type: 'paying'
      readonly paymentHash: string
      readonly amountMsat: number
      readonly maxFeeMsat: number
    }
  /** `feeMsat` is absent when the wallet does not say; the whole fee limit then counts as spent. */
  | {
      readonly type: 'paid'
      readonly paymentHash: string
      readonly amountMsat: number
      readonly feeMsat?: number
      /** The payment was begun by an earlier call. */
      readonly isResumed: boolean
    }
  /** The payment failed for good; what was reserved is free again. */
  | { readonly type: 'notPaid'; readonly paymentHash: string; readonly message: string }
  /** Nobody knows yet whether the payment went through; what was reserved stays so, and it is looked up later. */
  | { readonly type: 'inDoubt'; readonly paymentHash: string; readonly message: string }
  /** A credential of an earlier call is shown. */
  | { readonly type: 'reusing'; readonly rail: 'pow' | 'lightning' }
  /** This origin took money and refused what it bought. */
  | { readonly type: 'sellerStopped'; readonly origin: string }
  /** The answer, which comes back untouched, offers ways of paying that are not ours. */
  | { readonly type: 'otherRails'; readonly status: number; readonly rails: readonly OtherRail[] }
  /** After paying, what came of it could not be written down; the call goes on all the same. */
  | { readonly type: 'ledgerFailed'; readonly message: string }
  /** `message` says the fix. */
  | {
      readonly type: 'gaveUp'
      readonly status: number
      readonly reason: GiveUpReason
      readonly message: string
      /** With `over_budget`: what was asked. */
      readonly asked?: BudgetAsk
    }

/** With the address that the call was about when it happened: without query, which may hold a key. */
export type ClientEvent = NegotiationEvent & { readonly url: string }

/** Address without query and fragment: either may hold a key. */
export function publicUrl(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
