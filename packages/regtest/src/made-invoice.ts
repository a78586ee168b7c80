import * as ldk from 'lightningdevkit'
import { createHash, randomBytes } from 'node:crypto'
import type { NewInvoice, PayeeInvoice } from './host.ts'
import { faultOf, hexOf } from './ldk.ts'
import type { LdkNode } from './ldk-node.ts'

/**
 * A new invoice of `node`, whose preimage is known from here on.
 * @throws RangeError for an amount that is none or a memo that is too long
 */
export function makeInvoice(node: LdkNode, asked: NewInvoice): PayeeInvoice {
  const preimage = randomBytes(32)
  const paymentHash = createHash('sha256').update(preimage).digest()
  const made = signInvoice(node, asked, paymentHash)
  const createdAtMs = Number(made.duration_since_epoch()) * 1000
  return {
    ...asked,
    invoice: made.to_str(),
    paymentHash: hexOf(paymentHash),
    preimage: hexOf(preimage),
    createdAtMs,
    expiresAtMs: createdAtMs + asked.expirySeconds * 1000,
    state: 'open',
  }
}

function signInvoice(
  { manager }: LdkNode,
  { amountMsat, memo, expirySeconds }: NewInvoice,
  paymentHash: Uint8Array,
): ldk.Bolt11Invoice {
  if (!Number.isSafeInteger(amountMsat) || amountMsat < 1) {
    throw new RangeError(`amountMsat must be a positive whole number, not ${amountMsat}`)
  }
  const description = ldk.Description.constructor_new(memo)
  if (!(description instanceof ldk.Result_DescriptionCreationErrorZ_OK)) {
    throw new RangeError('memo must be at most 639 bytes of UTF-8 (BOLT 11)')
  }
  const made = manager.create_bolt11_invoice(
    ldk.Option_u64Z.constructor_some(BigInt(amountMsat)),
    ldk.Bolt11InvoiceDescription.constructor_direct(description.res),
    ldk.Option_u32Z.constructor_some(expirySeconds),
    ldk.Option_u16Z.constructor_none(),
    ldk.Option_ThirtyTwoBytesZ.constructor_some(paymentHash),
  )
  if (!(made instanceof ldk.Result_Bolt11InvoiceSignOrCreationErrorZ_OK)) {
    throw faultOf('make an invoice', made)
  }
  return made.res
}
