import * as ldk from 'lightningdevkit'
import type { PaymentFault, PaymentOutcome } from './host.ts'
import { hexOf } from './ldk.ts'

/** An invoice as the payer's node sends a payment for it. */
export interface PaymentOrder {
  readonly invoice: string
  readonly paymentHash: string
  readonly amountMsat: number
  readonly expiresAtMs: number
  readonly recipient: ldk.RecipientOnionFields
  readonly route: ldk.RouteParameters
}

/** An outcome that is none. */
export type FailedPayment = Extract<PaymentOutcome, { state: 'failed' }>

/** @param message in a node's words */
export function failed(fault: PaymentFault, message: string): FailedPayment {
  return { state: 'failed', fault, message }
}

/** LDK checks neither the network nor, without a clock, the expiry: both are for the caller of this. */
export function readOrder(invoice: string): PaymentOrder | FailedPayment {
  const parsed = ldk.Bolt11Invoice.constructor_from_str(invoice)
  if (!(parsed instanceof ldk.Result_Bolt11InvoiceParseOrSemanticErrorZ_OK)) {
    return failed('invalid_invoice', 'this is no BOLT 11 invoice')
  }
  const read = parsed.res
  if (read.currency() !== ldk.Currency.LDKCurrency_Regtest) {
    return failed('wrong_network', 'the invoice is not of regtest')
  }
  const amount = read.amount_milli_satoshis()
  const parameters = ldk.UtilMethods.constructor_payment_parameters_from_invoice(read)
  if (
    !(amount instanceof ldk.Option_u64Z_Some) ||
    !(parameters instanceof ldk.Result_C3Tuple_ThirtyTwoBytesRecipientOnionFieldsRouteParametersZNoneZ_OK)
  ) {
    return failed('no_amount', 'the invoice leaves the amount open')
  }
  return {
    invoice,
    paymentHash: hexOf(read.payment_hash()),
    amountMsat: Number(amount.some),
    expiresAtMs: Number(read.duration_since_epoch() + read.expiry_time()) * 1000,
    recipient: parameters.res.get_b(),
    route: parameters.res.get_c(),
  }
}
