import { setTimeout as sleep } from 'node:timers/promises'
import { jsonAnswer } from './front.ts'
import type { FrontAnswer, FrontRequest } from './front.ts'
import type { PaymentFault, PaymentOutcome, SentPayment } from './host.ts'
import { membersOf, textOf, wholeOf } from './json-body.ts'
import type { RegtestWallet } from './wallet.ts'

const NO_PREIMAGE = '0'.repeat(64)
const POLL_MS = 10

/** Faults that are states of the payment; all others are errors of the call. */
const REASONS: Partial<Record<PaymentFault, string>> = {
  insufficient_liquidity: 'FAILURE_REASON_INSUFFICIENT_BALANCE',
  no_route: 'FAILURE_REASON_NO_ROUTE',
  rejected: 'FAILURE_REASON_INCORRECT_PAYMENT_DETAILS',
}

/** `SendPaymentV2` and `TrackPaymentV2`: streams of one `Payment` a line, or one error. */
export interface LndPayments {
  send(request: FrontRequest): Promise<FrontAnswer>
  /** @param hash - base64, as gRPC's gateway has bytes in a path: either alphabet, percent-encoded where needed */
  track(hash: string, request: FrontRequest): Promise<FrontAnswer>
}

/** LND's payments from this wallet. */
export function lndPayments(wallet: RegtestWallet): LndPayments {
  return {
    async send({ body }) {
      const { payment_request, timeout_seconds, no_inflight_updates } = membersOf(body)
      if ((wholeOf(timeout_seconds) ?? 0) <= 0) {
        return grpcError(500, 2, 'timeout_seconds must be specified', true)
      }
      const invoice = textOf(payment_request) ?? ''
      const paying = wallet.send(invoice)
      if (no_inflight_updates !== true) return stream(sendUpdates(paying))
      const outcome = await paying
      return errorOf(outcome) ?? stream([paymentMessage(outcome)])
    },
    async track(hash, { query, signal }) {
      const paymentHash = Buffer.from(decodeURIComponent(hash), 'base64').toString('hex')
      const payment = await wallet.findSent(paymentHash)
      if (payment === undefined) return grpcError(404, 5, "payment isn't initiated", true)
      return stream(trackUpdates(payment, query.get('no_inflight_updates') === 'true', signal))
    },
  }

  async function* trackUpdates(payment: SentPayment, isQuiet: boolean, signal: AbortSignal) {
    if (payment.state === 'pending' && !isQuiet) yield paymentMessage(payment)
    let latest: SentPayment | undefined = payment
    while (latest?.state === 'pending' && !signal.aborted) {
      await sleep(POLL_MS)
      latest = await wallet.findSent(payment.paymentHash)
    }
    if (latest !== undefined && latest.state !== 'pending') yield paymentMessage(latest)
  }
}

async function* sendUpdates(paying: Promise<PaymentOutcome>): AsyncGenerator<object> {
  yield paymentMessage({ state: 'pending' })
  yield paymentMessage(await paying)
}

/** The call's error, where the payment was not even tried. */
function errorOf(outcome: PaymentOutcome): FrontAnswer | undefined {
  if (outcome.state === 'succeeded' || REASONS[outcome.fault] !== undefined) return undefined
  if (outcome.fault === 'already_paid') return grpcError(409, 6, 'invoice is already paid', true)
  if (outcome.fault === 'in_flight') return grpcError(409, 6, 'payment is in transition', true)
  return grpcError(500, 2, outcome.message, true)
}

function paymentMessage(payment: PaymentOutcome | { readonly state: 'pending' }): object {
  const isDone = payment.state === 'succeeded'
  const feeMsat = isDone ? payment.feeMsat : 0
  return {
    status: { pending: 'IN_FLIGHT', succeeded: 'SUCCEEDED', failed: 'FAILED' }[payment.state],
    payment_preimage: isDone ? payment.preimage : NO_PREIMAGE,
    fee_msat: String(feeMsat),
    fee_sat: String(Math.floor(feeMsat / 1000)),
    failure_reason:
      payment.state === 'failed' ? (REASONS[payment.fault] ?? 'FAILURE_REASON_ERROR') : 'FAILURE_REASON_NONE',
  }
}

function stream(messages: Iterable<object> | AsyncIterable<object>): FrontAnswer {
  return { status: 200, type: 'application/json', body: linesOf(messages) }
}

async function* linesOf(messages: Iterable<object> | AsyncIterable<object>): AsyncGenerator<string> {
  for await (const result of messages) yield `${JSON.stringify({ result })}\n`
}

/**
 * An error as gRPC's gateway writes it: the status that belongs to `code`; streams have it inside `error`.
 * @param code - of gRPC: 2 unknown, 5 not found, 6 already exists
 */
export function grpcError(status: number, code: number, message: string, isStream = false): FrontAnswer {
  const error = { code, message, details: [] }
  return jsonAnswer(status, isStream ? { error } : error)
}
