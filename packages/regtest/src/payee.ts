import * as ldk from 'lightningdevkit'
import type { Chain } from './chain.ts'
import type { HostOptions, NewInvoice, PayeeInvoice } from './host.ts'
import { createInvoiceBook } from './invoice-book.ts'
import { bytesOf, hexOf } from './ldk.ts'
import type { LdkNode } from './ldk-node.ts'
import { makeInvoice } from './made-invoice.ts'
import type { Wire } from './wire.ts'

/** The side that is paid: its invoices, and what is done with the payments that arrive for them. */
export interface PayeeSide {
  add(invoice: NewInvoice): PayeeInvoice
  find(paymentHash: string): PayeeInvoice | undefined
  hold(paymentHash: string): void
  release(paymentHash: string): void
  cancel(paymentHash: string): void
  onEvent(event: ldk.Event): void
}

/** What either side of a payment stands on. */
export interface SideOptions extends HostOptions {
  readonly node: LdkNode
  readonly chain: Chain
  readonly wire: Wire
}

/** A payee on this node, without invoices yet. */
export function createPayee({ node, chain, wire, now, acceptsLate }: SideOptions): PayeeSide {
  const book = createInvoiceBook(now)
  const held = new Set<string>()

  function arrived(paymentHash: string): void {
    const invoice = book.find(paymentHash)
    const isWanted = invoice?.state === 'open' || (acceptsLate && invoice?.state === 'expired')
    if (invoice === undefined || !isWanted) node.manager.fail_htlc_backwards(bytesOf(paymentHash))
    else if (held.has(paymentHash)) book.put({ ...invoice, state: 'accepted' })
    else node.manager.claim_funds(bytesOf(invoice.preimage))
  }

  function release(paymentHash: string): void {
    const { state, preimage } = book.get(paymentHash)
    held.delete(paymentHash)
    if (state !== 'accepted') return
    node.manager.claim_funds(bytesOf(preimage))
    wire.run()
  }

  function cancel(paymentHash: string): void {
    const invoice = book.get(paymentHash)
    if (invoice.state === 'settled') throw new Error(`invoice ${paymentHash} is paid`)
    book.put({ ...invoice, state: 'cancelled' })
    if (invoice.state !== 'accepted') return
    node.manager.fail_htlc_backwards(bytesOf(paymentHash))
    wire.run()
  }

  return {
    add(asked) {
      chain.catchUp()
      return book.put(makeInvoice(node, asked))
    },
    find: (paymentHash) => book.find(paymentHash),
    hold: (paymentHash) => void held.add(book.get(paymentHash).paymentHash),
    release,
    cancel,
    onEvent(event) {
      if (event instanceof ldk.Event_PaymentClaimable) arrived(hexOf(event.payment_hash))
      else if (event instanceof ldk.Event_PaymentClaimed) {
        book.put({ ...book.get(hexOf(event.payment_hash)), state: 'settled', settledAtMs: now() })
      }
    },
  }
}
