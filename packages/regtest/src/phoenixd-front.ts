import { randomBytes, randomUUID } from 'node:crypto'
import { jsonAnswer, startFront, textAnswer } from './front.ts'
import type { Front, FrontAnswer, FrontRequest } from './front.ts'
import type { PayeeInvoice, PaymentFault, SentPayment } from './host.ts'
import type { RegtestNetwork } from './network.ts'
import type { RegtestWallet } from './wallet.ts'

/** phoenixd's API, as far as getting paid and paying goes. */
export interface PhoenixdFront extends Front {
  /** `http-password`: may do all. */
  readonly password: string
  /** `http-password-limited-access`: may not pay. */
  readonly limitedPassword: string
}

/** What it keeps of each payment received, for liquidity: so `receivedSat` is never what was asked for. */
const SERVICE_FEE_SATS = 1
const LONGEST_DESCRIPTION = 128
const DEFAULT_EXPIRY_S = '3600'
const UNAUTHORIZED = 'Invalid authentication (use basic auth with the http password set in phoenix.conf)'
const UNKNOWN = 'Unknown endpoint (check api doc)'

/**
 * Serves phoenixd's API in front of the network: `POST /createinvoice` and `/payinvoice` with form bodies,
 * `GET /payments/incoming/{hash}` and `/payments/outgoingbyhash/{hash}`, `GET /getbalance`. As phoenixd does: whole sats
 * only, `receivedSat` net of fees, the preimage in every look-up, and a payment that failed answered with 200.
 */
export async function startPhoenixdFront(network: RegtestNetwork): Promise<PhoenixdFront> {
  const password = randomBytes(32).toString('hex')
  const limitedPassword = randomBytes(32).toString('hex')

  async function post(request: FrontRequest, isLimited: boolean): Promise<FrontAnswer> {
    if (!request.header('Content-Type').startsWith('application/x-www-form-urlencoded')) {
      return textAnswer(415, 'Unsupported media type')
    }
    const form = new URLSearchParams(request.body)
    if (request.path === '/createinvoice') return await createInvoice(form, network)
    if (request.path !== '/payinvoice') return textAnswer(404, UNKNOWN)
    return isLimited ? textAnswer(401, UNAUTHORIZED) : await payInvoice(form, network)
  }

  async function get(path: string): Promise<FrontAnswer> {
    if (path === '/getbalance') {
      return jsonAnswer(200, {
        balanceSat: Math.floor((await network.wallet.balanceMsat()) / 1000),
        feeCreditSat: 0,
      })
    }
    const [, kind, hash = ''] = /^\/payments\/(incoming|outgoingbyhash)\/([0-9a-f]{64})$/.exec(path) ?? []
    const incoming = kind === 'incoming' ? await network.payee.findInvoice(hash) : undefined
    if (incoming !== undefined) return jsonAnswer(200, incomingPayment(incoming))
    const outgoing = kind === 'outgoingbyhash' ? await network.wallet.findSent(hash) : undefined
    return outgoing === undefined ? textAnswer(404, UNKNOWN) : jsonAnswer(200, outgoingPayment(outgoing))
  }

  async function handle(request: FrontRequest): Promise<FrontAnswer> {
    const shown = passwordOf(request.header('Authorization'))
    if (shown !== password && shown !== limitedPassword) return textAnswer(401, UNAUTHORIZED)
    return request.method === 'POST'
      ? await post(request, shown === limitedPassword)
      : await get(request.path)
  }

  return { ...(await startFront(handle)), password, limitedPassword }
}

async function createInvoice(form: URLSearchParams, { payee }: RegtestNetwork): Promise<FrontAnswer> {
  const description = form.get('description')
  const amountSat = form.get('amountSat') ?? ''
  if (description === null) return textAnswer(400, 'Must provide either a description or descriptionHash')
  if (description.length > LONGEST_DESCRIPTION) {
    return textAnswer(400, 'Request parameter description is too long (max 128 characters)')
  }
  if (!/^\d+$/.test(amountSat)) return textAnswer(400, "Parameter 'amountSat' must be an integer")
  const { paymentHash, invoice } = await payee.addInvoice({
    amountMsat: Number(amountSat) * 1000,
    memo: description,
    expirySeconds: Number(form.get('expirySeconds') ?? DEFAULT_EXPIRY_S),
  })
  return jsonAnswer(200, { amountSat: Number(amountSat), paymentHash, serialized: invoice })
}

async function payInvoice(form: URLSearchParams, { wallet }: RegtestNetwork): Promise<FrontAnswer> {
  const invoice = form.get('invoice') ?? ''
  const outcome = await wallet.send(invoice)
  if (outcome.state === 'failed') return failureAnswer(outcome.fault, invoice, wallet)
  const { paymentHash, amountMsat } = wallet.readInvoice(invoice)
  return jsonAnswer(200, {
    recipientAmountSat: Math.floor(amountMsat / 1000),
    routingFeeSat: Math.floor(outcome.feeMsat / 1000),
    paymentId: randomUUID(),
    paymentHash,
    paymentPreimage: outcome.preimage,
  })
}

/** Basic authentication; whatever the user is called. */
function passwordOf(authorization: string): string | undefined {
  const encoded = /^Basic (\S+)$/i.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  const credentials = Buffer.from(encoded, 'base64').toString()
  return credentials.slice(credentials.indexOf(':') + 1)
}

const REASONS: Partial<Record<PaymentFault, string>> = {
  already_paid: 'this invoice has already been paid',
  in_flight: 'another payment is in progress for that invoice',
  expired: 'the invoice has expired',
  insufficient_liquidity: 'not enough funds in wallet to afford payment',
  no_route: 'the recipient was offline or did not have enough liquidity to receive the payment',
  rejected: 'the recipient rejected the payment',
}

function failureAnswer(fault: PaymentFault, invoice: string, wallet: RegtestWallet): FrontAnswer {
  const reason = REASONS[fault]
  if (reason === undefined) return textAnswer(400, "Cannot parse parameter 'invoice'")
  return jsonAnswer(200, { paymentHash: wallet.readInvoice(invoice).paymentHash, reason })
}

function incomingPayment({ state, settledAtMs, amountMsat, ...invoice }: PayeeInvoice): object {
  const isPaid = state === 'settled'
  return {
    type: 'incoming_payment',
    subType: 'lightning',
    paymentHash: invoice.paymentHash,
    preimage: invoice.preimage,
    description: invoice.memo,
    invoice: invoice.invoice,
    isPaid,
    isExpired: state === 'expired',
    requestedSat: Math.floor(amountMsat / 1000),
    receivedSat: isPaid ? Math.floor(amountMsat / 1000) - SERVICE_FEE_SATS : 0,
    fees: isPaid ? SERVICE_FEE_SATS * 1000 : 0,
    ...(settledAtMs === undefined ? {} : { completedAt: settledAtMs }),
    createdAt: invoice.createdAtMs,
  }
}

function outgoingPayment(payment: SentPayment): object {
  const isPaid = payment.state === 'succeeded'
  return {
    type: 'outgoing_payment',
    subType: 'lightning',
    paymentHash: payment.paymentHash,
    ...(isPaid ? { preimage: payment.preimage } : {}),
    isPaid,
    sent: Math.floor(payment.amountMsat / 1000),
    fees: isPaid ? payment.feeMsat : 0,
    invoice: payment.invoice,
    ...(payment.state === 'pending' ? {} : { completedAt: payment.endedAtMs }),
    createdAt: payment.startedAtMs,
  }
}
