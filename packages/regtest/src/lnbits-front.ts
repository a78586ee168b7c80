import { randomBytes } from 'node:crypto'
import { jsonAnswer, startFront } from './front.ts'
import type { Front, FrontAnswer, FrontRequest } from './front.ts'
import type { PayeeInvoice, SentPayment } from './host.ts'
import { membersOf, textOf, wholeOf } from './json-body.ts'
import type { RegtestNetwork } from './network.ts'

/** The keys of one wallet of an LNbits server. */
export interface LnbitsKeys {
  /** May make invoices and look at them. */
  readonly invoiceKey: string
  /** May pay as well. */
  readonly adminKey: string
}

/** LNbits' API of payments, with two of its wallets. */
export interface LnbitsFront extends Front {
  /** Where invoices come from. */
  readonly merchant: LnbitsKeys
  /** What pays. */
  readonly payer: LnbitsKeys
}

const LONGEST_MEMO = 640
const DEFAULT_EXPIRY_S = 3600
/** Of LNbits itself, for payments and invoices that went wrong. */
const PAYMENT_ERROR = 520

/**
 * Serves LNbits' API in front of the network: `POST /api/v1/payments` with `out: false` or `out: true`,
 * `GET /api/v1/payments/{hash}`, `GET /api/v1/wallet`. As LNbits 1.5 does with LND, Core Lightning or its own wallets
 * behind it: looking up a payment needs no key, and shows the preimage of an unpaid invoice.
 */
export async function startLnbitsFront(network: RegtestNetwork): Promise<LnbitsFront> {
  const merchant = createKeys()
  const payer = createKeys()
  const admins = new Set([merchant.adminKey, payer.adminKey])
  const known = new Set([...admins, merchant.invoiceKey, payer.invoiceKey])

  async function create(body: Readonly<Record<string, unknown>>): Promise<FrontAnswer> {
    const amount = wholeOf(body['amount'])
    const memo = textOf(body['memo']) ?? 'LNbits'
    if (amount === undefined || amount < 1) return detail(PAYMENT_ERROR, 'Amountless invoices not supported.')
    if (memo.length > LONGEST_MEMO) return detail(422, 'String should have at most 640 characters')
    const unit = textOf(body['unit']) ?? 'sat'
    if (unit !== 'sat') return detail(422, `Unknown unit ${unit}`)
    const made = await network.payee.addInvoice({
      amountMsat: amount * 1000,
      memo,
      expirySeconds: wholeOf(body['expiry']) ?? DEFAULT_EXPIRY_S,
    })
    return jsonAnswer(201, incomingDetails(made))
  }

  async function pay(body: Readonly<Record<string, unknown>>): Promise<FrontAnswer> {
    const bolt11 = textOf(body['bolt11'])
    if (bolt11 === undefined) return detail(400, 'Missing BOLT11 invoice')
    const outcome = await network.wallet.send(bolt11)
    if (outcome.state === 'failed') {
      const message = outcome.fault === 'already_paid' ? 'Payment already paid.' : outcome.message
      return jsonAnswer(PAYMENT_ERROR, { detail: message, status: 'failed' })
    }
    const sent = await network.wallet.findSent(network.wallet.readInvoice(bolt11).paymentHash)
    return sent === undefined ? detail(500, 'lost') : jsonAnswer(201, outgoingDetails(sent))
  }

  async function post({ body }: FrontRequest, key: string): Promise<FrontAnswer> {
    if (!known.has(key)) return detail(401, 'Invoice (or Admin) key required.')
    const members = membersOf(body)
    if (members['out'] !== true) return await create(members)
    return admins.has(key) ? await pay(members) : detail(403, 'Invoice (or Admin) key required.')
  }

  async function find(hash: string, key: string): Promise<FrontAnswer> {
    const isPayer = key === payer.adminKey || key === payer.invoiceKey
    const sent = isPayer ? await network.wallet.findSent(hash) : undefined
    if (sent !== undefined) return outgoingAnswer(sent)
    const invoice = isPayer ? undefined : await network.payee.findInvoice(hash)
    if (invoice === undefined) return detail(404, 'Payment does not exist.')
    return incomingAnswer(invoice, known.has(key))
  }

  async function handle(request: FrontRequest): Promise<FrontAnswer> {
    const key = request.header('X-Api-Key')
    const call = `${request.method} ${request.path}`
    if (call === 'POST /api/v1/payments') return await post(request, key)
    const hash = /^GET \/api\/v1\/payments\/([0-9a-f]{64})$/.exec(call)?.[1]
    if (hash !== undefined) return await find(hash, key)
    if (call !== 'GET /api/v1/wallet') return detail(404, 'Not Found')
    if (!known.has(key)) return detail(401, 'Invoice (or Admin) key required.')
    return jsonAnswer(200, { name: 'regtest', balance: await network.wallet.balanceMsat() })
  }

  return { ...(await startFront(handle)), merchant, payer }
}

function createKeys(): LnbitsKeys {
  return { invoiceKey: randomBytes(16).toString('hex'), adminKey: randomBytes(16).toString('hex') }
}

function detail(status: number, text: string): FrontAnswer {
  return jsonAnswer(status, { detail: text })
}

/** The leak: with a key or without, paid or not, the preimage is there. */
function incomingAnswer(invoice: PayeeInvoice, hasKey: boolean): FrontAnswer {
  const details = incomingDetails(invoice)
  const paid = invoice.state === 'settled'
  if (details.status === 'failed') {
    return jsonAnswer(200, { paid: false, status: 'failed', ...(hasKey ? { details } : {}) })
  }
  return jsonAnswer(200, {
    paid,
    ...(hasKey && !paid ? { status: 'pending' } : {}),
    preimage: invoice.preimage,
    ...(hasKey ? { details } : {}),
  })
}

function outgoingAnswer(sent: SentPayment): FrontAnswer {
  const details = outgoingDetails(sent)
  if (sent.state === 'failed') return jsonAnswer(200, { paid: false, status: 'failed', details })
  const paid = sent.state === 'succeeded'
  const preimage = paid ? sent.preimage : null
  return jsonAnswer(200, { paid, ...(paid ? {} : { status: 'pending' }), preimage, details })
}

function incomingDetails(invoice: PayeeInvoice) {
  const isOver = invoice.state === 'cancelled' || invoice.state === 'expired'
  const status = invoice.state === 'settled' ? 'success' : isOver ? 'failed' : 'pending'
  return {
    checking_id: invoice.paymentHash,
    payment_hash: invoice.paymentHash,
    amount: invoice.amountMsat,
    fee: 0,
    bolt11: invoice.invoice,
    payment_request: invoice.invoice,
    status,
    memo: invoice.memo,
    expiry: new Date(invoice.expiresAtMs).toISOString(),
    preimage: invoice.preimage,
  }
}

/** Amounts and fees of what goes out are negative, in millisatoshis. */
function outgoingDetails(sent: SentPayment) {
  return {
    checking_id: sent.paymentHash,
    payment_hash: sent.paymentHash,
    amount: -sent.amountMsat,
    fee: sent.state === 'succeeded' ? -sent.feeMsat : 0,
    bolt11: sent.invoice,
    payment_request: sent.invoice,
    status: { pending: 'pending', succeeded: 'success', failed: 'failed' }[sent.state],
    preimage: sent.state === 'succeeded' ? sent.preimage : null,
  }
}
