import { isPreimageOf } from '@turnpike/protocol'
import { messageOf } from './error-message.ts'
import { PaymentError } from './payment-error.ts'
import type { Purchase } from './purchase.ts'
import type { Payment, Wallet } from './wallet.ts'

/** How a payment ended, as far as anybody knows. */
export type PaymentEnd =
  | { readonly kind: 'paid'; readonly preimage: string; readonly feeMsat: number | undefined }
  | { readonly kind: 'failed' | 'inDoubt'; readonly message: string }

/** The wallet never saw it, and could still pay it. */
export interface Unsent {
  readonly kind: 'unsent'
}

/** Has the wallet pay. Never throws: what nobody can tell is in doubt, and only a definite failure is one (R35). */
export async function payInvoice(wallet: Wallet, purchase: Purchase, now: () => number): Promise<PaymentEnd> {
  const { invoice, maxFeeMsat } = purchase
  try {
    return paidIf(purchase, await wallet.payInvoice({ invoice, maxFeeMsat }))
  } catch (error) {
    const message = messageOf(error)
    if (error instanceof PaymentError && error.code !== 'payment_in_doubt') return { kind: 'failed', message }
    const end = await findPayment(wallet, purchase, now)
    // It may still be on its way to the wallet: only a later look can tell that it never came.
    return end.kind === 'unsent' ? { kind: 'inDoubt', message } : end
  }
}

/** Asks the wallet what became of a payment. Never throws. */
export async function findPayment(
  wallet: Wallet,
  purchase: Purchase,
  now: () => number,
): Promise<PaymentEnd | Unsent> {
  if (wallet.findPayment === undefined) return { kind: 'inDoubt', message: 'This wallet cannot look back.' }
  try {
    const found = await wallet.findPayment(purchase.paymentHash)
    switch (found.state) {
      case 'succeeded':
        return paidIf(purchase, found)
      case 'pending':
        return { kind: 'inDoubt', message: 'The payment is still under way.' }
      case 'failed':
        return { kind: 'failed', message: 'The wallet says that the payment failed.' }
      case 'unknown':
        if (now() < purchase.invoiceExpiresAtMs) return { kind: 'unsent' }
        return { kind: 'failed', message: 'The invoice expired before it was paid.' }
    }
  } catch (error) {
    return { kind: 'inDoubt', message: messageOf(error) }
  }
}

/** A preimage of something else proves nothing, but the money may be gone. */
function paidIf({ paymentHash }: Purchase, payment: Payment): PaymentEnd {
  const preimage = payment.preimage.toLowerCase()
  if (!isPreimageOf(preimage, paymentHash)) {
    return { kind: 'inDoubt', message: 'The wallet gave a preimage that is not that of the invoice.' }
  }
  const { fees_paid: fee } = payment
  const feeMsat = Math.ceil(fee ?? -1)
  // What is no amount of money says nothing: the whole fee limit counts then.
  return {
    kind: 'paid',
    preimage,
    feeMsat: Number.isSafeInteger(feeMsat) && feeMsat >= 0 ? feeMsat : undefined,
  }
}
