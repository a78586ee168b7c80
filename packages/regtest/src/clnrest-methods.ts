import { randomBytes } from 'node:crypto'
import { jsonAnswer } from './front.ts'
import type { FrontAnswer } from './front.ts'
import type { PayeeInvoice, PaymentFault, SentPayment } from './host.ts'
import { textOf, wholeOf } from './json-body.ts'
import type { RegtestNetwork } from './network.ts'

/** What a method of Core Lightning is called with. */
export type RpcParameters = Readonly<Record<string, unknown>>
/** One method, with its answer as `clnrest` sends it. */
export type RpcMethod = (parameters: RpcParameters) => Promise<FrontAnswer>

const DEFAULT_EXPIRY_S = 604_800

/** Core Lightning's methods by their names, answered as `clnrest` answers them. */
export function clnrestMethods({ payee, wallet }: RegtestNetwork): ReadonlyMap<string, RpcMethod> {
  const labels = new Map<string, string>()

  async function invoice(parameters: RpcParameters): Promise<FrontAnswer> {
    const label = textOf(parameters['label'])
    const amountMsat = wholeOf(parameters['amount_msat'])
    const description = textOf(parameters['description'])
    if (label === undefined || amountMsat === undefined || description === undefined) {
      return rpcError(-32602, 'missing required parameter: amount_msat, label or description')
    }
    if (labels.has(label)) return rpcError(900, `Duplicate label '${label}'`)
    const made = await payee.addInvoice({
      amountMsat,
      memo: description,
      expirySeconds: wholeOf(parameters['expiry']) ?? DEFAULT_EXPIRY_S,
    })
    labels.set(label, made.paymentHash)
    return jsonAnswer(201, {
      bolt11: made.invoice,
      payment_hash: made.paymentHash,
      payment_secret: randomBytes(32).toString('hex'),
      expires_at: Math.floor(made.expiresAtMs / 1000),
      created_index: labels.size,
    })
  }

  async function listInvoices(parameters: RpcParameters): Promise<FrontAnswer> {
    const label = textOf(parameters['label'])
    const hash = textOf(parameters['payment_hash']) ?? labels.get(label ?? '') ?? ''
    const found = await payee.findInvoice(hash)
    return jsonAnswer(201, { invoices: found === undefined ? [] : [invoiceMessage(found)] })
  }

  async function pay(invoiceText: string): Promise<FrontAnswer> {
    const outcome = await wallet.send(invoiceText)
    const { state } = outcome
    if (state === 'failed') return rpcError(CODES[outcome.fault], outcome.message)
    const { paymentHash, amountMsat } = wallet.readInvoice(invoiceText)
    return jsonAnswer(201, {
      payment_hash: paymentHash,
      payment_preimage: outcome.preimage,
      amount_msat: amountMsat,
      amount_sent_msat: amountMsat + outcome.feeMsat,
      status: 'complete',
    })
  }

  async function listPays(parameters: RpcParameters): Promise<FrontAnswer> {
    const sent = await wallet.findSent(textOf(parameters['payment_hash']) ?? '')
    return jsonAnswer(201, { pays: sent === undefined ? [] : [payMessage(sent)] })
  }

  return new Map<string, RpcMethod>([
    ['invoice', invoice],
    ['listinvoices', listInvoices],
    ['xpay', async ({ invstring }) => await pay(textOf(invstring) ?? '')],
    ['pay', async ({ bolt11 }) => await pay(textOf(bolt11) ?? '')],
    ['listpays', listPays],
    ['getinfo', async () => jsonAnswer(201, { alias: 'regtest', network: 'regtest' })],
  ])
}

/** Of lightning-xpay(7) and lightning-pay(7). */
const CODES: Readonly<Record<PaymentFault, number>> = {
  invalid_invoice: -32602,
  wrong_network: -32602,
  no_amount: -32602,
  in_flight: 200,
  rejected: 203,
  no_route: 205,
  insufficient_liquidity: 205,
  expired: 207,
  already_paid: 219,
}

function rpcError(code: number, message: string): FrontAnswer {
  return jsonAnswer(500, { code, message })
}

function invoiceMessage({ state, settledAtMs, ...invoice }: PayeeInvoice): object {
  const isOver = state === 'cancelled' || state === 'expired'
  return {
    label: invoice.paymentHash,
    bolt11: invoice.invoice,
    payment_hash: invoice.paymentHash,
    amount_msat: invoice.amountMsat,
    status: state === 'settled' ? 'paid' : isOver ? 'expired' : 'unpaid',
    description: invoice.memo,
    expires_at: Math.floor(invoice.expiresAtMs / 1000),
    ...(settledAtMs === undefined
      ? {}
      : {
          pay_index: 1,
          amount_received_msat: invoice.amountMsat,
          paid_at: Math.floor(settledAtMs / 1000),
          payment_preimage: invoice.preimage,
        }),
  }
}

function payMessage(sent: SentPayment): object {
  return {
    payment_hash: sent.paymentHash,
    bolt11: sent.invoice,
    status: { pending: 'pending', succeeded: 'complete', failed: 'failed' }[sent.state],
    created_at: Math.floor(sent.startedAtMs / 1000),
    amount_msat: sent.amountMsat,
    ...(sent.state === 'succeeded'
      ? { preimage: sent.preimage, amount_sent_msat: sent.amountMsat + sent.feeMsat }
      : {}),
  }
}
