import type { BitcoinNetwork } from '@turnpike/core'
import {
  type InvoiceTerms,
  type Payment,
  PaymentError,
  type PaymentRequest,
  type PaymentState,
  type Wallet,
} from '@turnpike/client'
import { createHash } from 'node:crypto'
import { readInvoice } from './invoice.ts'
import { LightningError } from './lightning-error.ts'
import { isHash, quote } from './reply.ts'

/** A wallet that may hold connections. */
export interface LightningWallet extends Wallet {
  /** Lets go of connections; the wallet is not used any more. */
  close(): Promise<void>
}

/** What a service answered to a payment. */
export type Sent =
  | {
      readonly outcome: 'paid'
      readonly preimage: string | undefined
      readonly feesMsat?: number | undefined
    }
  /**
   * The service says that it failed, or that it would not try. Some say so, too, because another call has paid it, or is
   * paying it: from its money, perhaps, so that none is left for this one.
   */
  | { readonly outcome: 'failed'; readonly reason: unknown }
  /** It took the payment, and cannot say yet. */
  | { readonly outcome: 'pending' }

/** What differs from wallet to wallet. */
export interface WalletParts {
  readonly name: string
  readonly network: BitcoinNetwork | undefined
  readonly now: (() => number) | undefined
  /** Sends once. @throws whatever kept it from saying how it ended. */
  send(request: PaymentRequest, terms: InvoiceTerms): Promise<Sent>
  /** Where the service can look back. */
  find?(paymentHash: string): Promise<PaymentState>
  close?(): void | Promise<void>
}

/** A wallet: its own calls, between checks that all of them share. */
export function createWallet(parts: WalletParts): LightningWallet {
  const { name, network = 'bitcoin', now = Date.now } = parts
  const underWay = new Map<string, Promise<Payment>>()
  const find = parts.find?.bind(parts)
  const findPayment = find && (async (hash: string) => checkState(name, hash, await find(hash)))

  const payOnce = async (request: PaymentRequest, terms: InvoiceTerms): Promise<Payment> => {
    /** Never throws: what cannot be looked up may be under way. */
    const lookBack = async (): Promise<PaymentState> =>
      (await findPayment?.(terms.paymentHash).catch(() => undefined)) ?? { state: 'pending' }
    let sent: Sent
    try {
      sent = await parts.send(request, terms)
    } catch (error) {
      return await afterFailure(name, error, lookBack)
    }
    return await endOf(name, terms.paymentHash, sent, lookBack)
  }
  return {
    network,
    readInvoice,
    payInvoice: async (request) => {
      const terms = readInvoice(request.invoice)
      const { paymentHash } = terms
      if (terms.network !== network) {
        throw unpayable(name, `it is of the network ${terms.network}, the wallet pays on ${network}`)
      }
      if (terms.expiresAtMs <= now()) throw unpayable(name, 'it has expired')
      const started = underWay.get(paymentHash)
      if (started !== undefined) return await started
      const payment = payOnce({ ...request, invoice: terms.invoice }, terms)
      underWay.set(paymentHash, payment)
      try {
        return await payment
      } finally {
        underWay.delete(paymentHash)
      }
    },
    ...(findPayment === undefined ? {} : { findPayment }),
    close: async () => {
      await parts.close?.()
    },
  }
}

type LookBack = () => Promise<PaymentState>

async function endOf(name: string, paymentHash: string, sent: Sent, lookBack: LookBack): Promise<Payment> {
  switch (sent.outcome) {
    case 'paid':
      return checkPayment(name, paymentHash, {
        preimage: sent.preimage ?? '',
        ...(sent.feesMsat === undefined ? {} : { fees_paid: sent.feesMsat }),
      })
    case 'pending':
      throw new PaymentError('payment_in_doubt', `${name} has sent the payment and does not know its end yet`)
    case 'failed':
      return await afterRefusal(name, sent.reason, lookBack)
    default:
      return sent satisfies never
  }
}

/** A refusal counts as definite only when the service's own books do not know better. */
async function afterRefusal(name: string, reason: unknown, lookBack: LookBack): Promise<Payment> {
  const state = await lookBack()
  if (state.state === 'succeeded') return paymentOf(state)
  if (state.state === 'pending') {
    throw new PaymentError(
      'payment_in_doubt',
      `${name} says that it failed, and its books do not agree: ${quote(reason)}`,
    )
  }
  throw new PaymentError('payment_failed', `${name} did not pay: ${quote(reason)}`)
}

/** Without an answer only success can be known: a failure on the books may be that of an earlier attempt. */
async function afterFailure(name: string, error: unknown, lookBack: LookBack): Promise<Payment> {
  if (error instanceof PaymentError) throw error
  if (error instanceof LightningError && NOTHING_SENT.has(error.code)) {
    throw new PaymentError('wallet_unreachable', `${name} could not be asked: ${error.message}`, {
      cause: error,
    })
  }
  const state = await lookBack()
  if (state.state === 'succeeded') return paymentOf(state)
  throw new PaymentError('payment_in_doubt', `${name} has not said how the payment ended`, { cause: error })
}

const NOTHING_SENT: ReadonlySet<string> = new Set([
  'lightning_unreachable',
  'lightning_denied',
  'lightning_sdk_missing',
])

/**
 * The state of a payment that a service's books call successful.
 *
 * @param preimage - as it stands there; '' when it does not: then it proves nothing, and the payment is in doubt.
 * @param feesMsat - of routing, when the service says.
 */
export function succeeded(preimage = '', feesMsat?: number): PaymentState {
  return { state: 'succeeded', preimage, ...(feesMsat === undefined ? {} : { fees_paid: feesMsat }) }
}

function paymentOf({ preimage, fees_paid }: Payment): Payment {
  return { preimage, ...(fees_paid === undefined ? {} : { fees_paid }) }
}

function checkState(name: string, paymentHash: string, state: PaymentState): PaymentState {
  if (state.state !== 'succeeded') return state
  return { state: 'succeeded', ...checkPayment(name, paymentHash, state) }
}

/** @throws PaymentError `payment_in_doubt` for a preimage that does not belong to the hash: the money may be gone. */
function checkPayment(name: string, paymentHash: string, payment: Payment): Payment {
  const preimage = payment.preimage.toLowerCase()
  const proven =
    isHash(preimage) && createHash('sha256').update(preimage, 'hex').digest('hex') === paymentHash
  if (!proven) {
    throw new PaymentError('payment_in_doubt', `${name} says it has paid, but its preimage does not prove it`)
  }
  return { ...payment, preimage }
}

function unpayable(name: string, reason: string): PaymentError {
  return new PaymentError('invoice_invalid', `${name} does not pay the invoice: ${reason}`)
}
