import * as ldk from 'lightningdevkit'
import type { PaymentOutcome, SentPayment } from './host.ts'
import { bytesOf, hexOf } from './ldk.ts'
import type { SideOptions } from './payee.ts'
import { failed, readOrder } from './payment-order.ts'
import type { PaymentOrder } from './payment-order.ts'

/** The side that pays. */
export interface Payer {
  pay(invoice: string): Promise<PaymentOutcome>
  find(paymentHash: string): SentPayment | undefined
  spendableMsat(): number
  onEvent(event: ldk.Event): void
}

/** Taken when this file is loaded, so that a test's fake timers do not stop payments. */
const { setImmediate: soon } = globalThis

/** A payer on this node, whose channel leads to the payee. */
export function createPayer({ node, chain, wire, now, acceptsLate }: SideOptions): Payer {
  const payments = new Map<string, SentPayment>()
  const waiting = new Map<string, (outcome: PaymentOutcome) => void>()

  async function pay(invoice: string): Promise<PaymentOutcome> {
    // What LDK has allocated is freed by finalizers, and those run between macrotasks only.
    await new Promise<void>((resolve) => void soon(resolve))
    const order = readOrder(invoice)
    if ('fault' in order) return order
    // LDK remembers a settled payment for a few ticks only.
    const earlier = payments.get(order.paymentHash)?.state
    if (earlier === 'succeeded') return failed('already_paid', 'this invoice was paid before')
    if (earlier === 'pending') return failed('in_flight', 'a payment of this invoice is under way')
    if (!acceptsLate && now() >= order.expiresAtMs) return failed('expired', 'the invoice has expired')
    return await send(order)
  }

  async function send({ paymentHash, invoice, amountMsat, recipient, route }: PaymentOrder) {
    chain.catchUp()
    const hash = bytesOf(paymentHash)
    // The payment hash is LDK's payment id as well: its own guard against paying twice.
    const sent = node.manager.send_payment(hash, recipient, hash, route, ldk.Retry.constructor_attempts(0))
    if (sent instanceof ldk.Result_NoneRetryableSendFailureZ_Err) return refusal(amountMsat, spendableMsat())
    payments.set(paymentHash, { invoice, paymentHash, amountMsat, startedAtMs: now(), state: 'pending' })
    const ended = new Promise<PaymentOutcome>((resolve) => void waiting.set(paymentHash, resolve))
    wire.run()
    return await ended
  }

  function end(paymentHash: string, outcome: PaymentOutcome): void {
    const payment = payments.get(paymentHash)
    if (payment === undefined) return
    const { invoice, amountMsat, startedAtMs } = payment
    payments.set(paymentHash, { invoice, paymentHash, amountMsat, startedAtMs, ...outcome, endedAtMs: now() })
    waiting.get(paymentHash)?.(outcome)
    waiting.delete(paymentHash)
  }

  function spendableMsat(): number {
    const [channel] = node.manager.list_usable_channels()
    return Number(channel?.get_next_outbound_htlc_limit_msat() ?? 0n)
  }

  return {
    pay,
    find: (paymentHash) => payments.get(paymentHash),
    spendableMsat,
    onEvent(event) {
      if (event instanceof ldk.Event_PaymentSent) end(hexOf(event.payment_hash), successOf(event))
      else if (event instanceof ldk.Event_PaymentFailed) end(hexOf(event.payment_id), failureOf(event))
    },
  }
}

function refusal(amountMsat: number, spendableMsat: number): PaymentOutcome {
  return amountMsat > spendableMsat
    ? failed(
        'insufficient_liquidity',
        `the invoice asks for ${amountMsat} msat, the wallet can send ${spendableMsat}`,
      )
    : failed('no_route', 'no route leads to the payee')
}

function successOf({ payment_preimage, fee_paid_msat }: ldk.Event_PaymentSent): PaymentOutcome {
  const feeMsat = fee_paid_msat instanceof ldk.Option_u64Z_Some ? Number(fee_paid_msat.some) : 0
  return { state: 'succeeded', preimage: hexOf(payment_preimage), feeMsat }
}

function failureOf({ reason }: ldk.Event_PaymentFailed): PaymentOutcome {
  const isRejected =
    reason instanceof ldk.Option_PaymentFailureReasonZ_Some &&
    reason.some === ldk.PaymentFailureReason.LDKPaymentFailureReason_RecipientRejected
  return isRejected
    ? failed('rejected', 'the payee turned the payment away')
    : failed('no_route', 'the payment got stuck on its way')
}
