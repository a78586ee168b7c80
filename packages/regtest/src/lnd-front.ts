import { randomBytes } from 'node:crypto'
import { startFront, jsonAnswer } from './front.ts'
import type { Front, FrontAnswer, FrontRequest } from './front.ts'
import type { PayeeInvoice } from './host.ts'
import { membersOf, wholeOf, textOf } from './json-body.ts'
import { grpcError, lndPayments } from './lnd-payments.ts'
import type { RegtestNetwork } from './network.ts'

/** LND's REST API, as far as getting paid and paying goes. */
export interface LndFront extends Front {
  /** May do all; hex. */
  readonly adminMacaroon: string
  /** May make invoices and look at them, and nothing else; hex. */
  readonly invoiceMacaroon: string
}

/** LND's default, seconds. */
const DEFAULT_EXPIRY_S = '86400'

/**
 * Serves LND's REST API in front of the network: `POST /v1/invoices`, `GET /v1/invoice/{hash, hex}`,
 * `POST /v2/router/send`, `GET /v2/router/track/{hash, base64}`, `GET /v1/getinfo`. As LND does: bytes are base64, except
 * in `Payment` and in the path of invoices, where they are hex; 64-bit integers are texts; a look-up shows the preimage of
 * an unpaid invoice, too; expired invoices are cancelled.
 */
export async function startLndFront(network: RegtestNetwork): Promise<LndFront> {
  const adminMacaroon = randomBytes(40).toString('hex')
  const invoiceMacaroon = randomBytes(40).toString('hex')
  const payments = lndPayments(network.wallet)
  let added = 0

  async function addInvoice({ body }: FrontRequest): Promise<FrontAnswer> {
    const { value_msat, value, memo, expiry } = membersOf(body)
    const amountMsat = wholeOf(value_msat) ?? 1000 * (wholeOf(value) ?? 0)
    const made = await network.payee.addInvoice({
      amountMsat,
      memo: textOf(memo) ?? '',
      expirySeconds: Number(textOf(expiry) ?? DEFAULT_EXPIRY_S),
    })
    added += 1
    return jsonAnswer(200, {
      r_hash: base64Of(made.paymentHash),
      payment_request: made.invoice,
      add_index: String(added),
      payment_addr: randomBytes(32).toString('base64'),
    })
  }

  async function findInvoice(paymentHash: string): Promise<FrontAnswer> {
    const invoice = await network.payee.findInvoice(paymentHash)
    return invoice === undefined
      ? grpcError(404, 5, 'unable to locate invoice')
      : jsonAnswer(200, invoiceMessage(invoice))
  }

  async function handle(request: FrontRequest): Promise<FrontAnswer> {
    const { method, path } = request
    const call = `${method} ${path}`
    const isStream = path.startsWith('/v2/router/')
    const macaroon = request.header('Grpc-Metadata-macaroon')
    if (macaroon === '') return grpcError(500, 2, 'expected 1 macaroon, got 0', isStream)
    if (macaroon !== adminMacaroon && macaroon !== invoiceMacaroon) {
      return grpcError(500, 2, 'verification failed: signature mismatch after caveat verification', isStream)
    }
    const invoiceHash = /^GET \/v1\/invoice\/([0-9a-f]{64})$/.exec(call)?.[1]
    if (invoiceHash !== undefined) return await findInvoice(invoiceHash)
    if (call === 'POST /v1/invoices') return await addInvoice(request)
    if (macaroon !== adminMacaroon) return grpcError(500, 2, 'permission denied', isStream)
    if (call === 'GET /v1/getinfo')
      return jsonAnswer(200, { alias: 'regtest', synced_to_chain: true, chains: CHAINS })
    if (call === 'POST /v2/router/send') return await payments.send(request)
    const trackedHash = /^GET \/v2\/router\/track\/(.+)$/.exec(call)?.[1]
    if (trackedHash !== undefined) return await payments.track(trackedHash, request)
    return grpcError(404, 5, 'Not Found')
  }

  return { ...(await startFront(handle)), adminMacaroon, invoiceMacaroon }
}

const CHAINS = [{ chain: 'bitcoin', network: 'regtest' }]

const STATES: Readonly<Record<PayeeInvoice['state'], string>> = {
  open: 'OPEN',
  accepted: 'ACCEPTED',
  settled: 'SETTLED',
  cancelled: 'CANCELED',
  expired: 'CANCELED',
}

function invoiceMessage({ state, amountMsat, ...invoice }: PayeeInvoice): object {
  const paidMsat = state === 'settled' ? amountMsat : 0
  return {
    memo: invoice.memo,
    r_preimage: base64Of(invoice.preimage),
    r_hash: base64Of(invoice.paymentHash),
    value: satsOf(amountMsat),
    value_msat: String(amountMsat),
    settled: state === 'settled',
    creation_date: secondsOf(invoice.createdAtMs),
    settle_date: secondsOf(invoice.settledAtMs ?? 0),
    payment_request: invoice.invoice,
    expiry: String(invoice.expirySeconds),
    amt_paid_sat: satsOf(paidMsat),
    amt_paid_msat: String(paidMsat),
    state: STATES[state],
  }
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64')
}

function satsOf(msat: number): string {
  return String(Math.floor(msat / 1000))
}

function secondsOf(ms: number): string {
  return String(Math.floor(ms / 1000))
}
