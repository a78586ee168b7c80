import {
  coreLightningWallet,
  type LightningWallet,
  lnbitsWallet,
  lndWallet,
  phoenixdWallet,
} from '@turnpike/lightning'
import { createHash } from 'node:crypto'
import { type CannedAnswer, cannedServer } from './canned-server.ts'
import { KEY, MACAROON, PASSWORD, RUNE } from './credentials.ts'
import { bytesField, writeInvoice } from '@turnpike/testkit'

export const PREIMAGE = '5f'.repeat(32)
export const HASH = createHash('sha256').update(PREIMAGE, 'hex').digest('hex')
const MADE_AT = 1_790_000_000
export const INVOICE = writeInvoice('lnbc10u', MADE_AT, [
  bytesField(1, Buffer.from(HASH, 'hex')),
  bytesField(16, new Uint8Array(32)),
  bytesField(13, Buffer.from('a purchase')),
])
/** What every wallet here is opened with: a clock at which the invoice is new, and times that are long enough. */
export const SETTINGS = { now: () => MADE_AT * 1000, timeoutMs: 2000, paymentTimeoutMs: 2000 }

type Open = (at: typeof SETTINGS & { readonly url: string }) => LightningWallet

const OPEN: Readonly<Record<string, Open>> = {
  lnd: (at) => lndWallet({ ...at, macaroon: MACAROON }),
  phoenixd: (at) => phoenixdWallet({ ...at, password: PASSWORD }),
  lnbits: (at) => lnbitsWallet({ ...at, adminKey: KEY }),
  coreLightning: (at) => coreLightningWallet({ ...at, rune: RUNE }),
  // For payments that are asked about until the time is up.
  'an impatient lnbits': (at) => lnbitsWallet({ ...at, paymentTimeoutMs: 300, adminKey: KEY }),
}

/** What comes of it, and the calls that were made. */
export async function asking(
  name: string,
  answers: readonly CannedAnswer[],
  ask: (wallet: LightningWallet) => Promise<unknown> = async (wallet) =>
    await wallet.payInvoice({ invoice: INVOICE }),
): Promise<{ readonly result: unknown; readonly calls: readonly string[] }> {
  const server = await cannedServer(...answers)
  const wallet = OPEN[name]?.({ ...SETTINGS, url: server.url })
  if (wallet === undefined) throw new Error(`there is no ${name}`)
  const result = await ask(wallet).catch((error: unknown) => error)
  await wallet.close()
  server.close()
  return { result, calls: server.calls.map(({ call, body }) => `${call} ${body}`.trim()) }
}

export const LND_SENT = {
  result: {
    status: 'SUCCEEDED',
    payment_preimage: PREIMAGE,
    fee_msat: '1500',
    failure_reason: 'FAILURE_REASON_NONE',
  },
}
export const LND_FAILED = {
  result: { status: 'FAILED', payment_preimage: '0'.repeat(64), failure_reason: 'FAILURE_REASON_NO_ROUTE' },
}
export const LND_UNKNOWN: CannedAnswer = [
  404,
  { error: { code: 5, message: "payment isn't initiated", details: [] } },
]
export const PHOENIXD_SENT = {
  recipientAmountSat: 1000,
  routingFeeSat: 4,
  paymentId: 'x',
  paymentHash: HASH,
  paymentPreimage: PREIMAGE,
}
export const LNBITS_SENT = {
  paid: true,
  preimage: PREIMAGE,
  details: { amount: -1_000_000, fee: -2000, status: 'success' },
}
export const LNBITS_PENDING = {
  paid: false,
  preimage: null,
  details: { amount: -1_000_000, fee: -2000, status: 'pending' },
}
export const CLN_SENT = {
  payment_preimage: PREIMAGE,
  amount_msat: 1_000_000,
  amount_sent_msat: 1_003_000,
  failed_parts: 0,
  successful_parts: 1,
}
