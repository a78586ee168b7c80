import type { NWCWalletService } from '@getalby/sdk/nwc'
import { createECDH, randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import type { PayeeInvoice, PaymentFault, SentPayment } from './host.ts'
import type { RegtestNetwork } from './network.ts'
import { startNostrRelay } from './nostr-relay.ts'

/** A wallet service of Nostr Wallet Connect (NIP-47), and the relay to reach it by. */
export interface NwcFront {
  /** `nostr+walletconnect://...`: may get paid and pay; looks up what it has sent. */
  readonly connection: string
  /** For getting paid alone. */
  readonly receiveOnlyConnection: string
  /** Of the relay, `ws://127.0.0.1:<port>`. */
  readonly relayUrl: string
  close(): Promise<void>
}

type Handler = Parameters<NWCWalletService['subscribe']>[1]
type Transaction = NonNullable<Awaited<ReturnType<NonNullable<Handler['makeInvoice']>>>['result']>
type Failure = {
  readonly result: undefined
  readonly error: { readonly code: string; readonly message: string }
}

const RECEIVING = ['get_info', 'make_invoice', 'lookup_invoice'] as const
const ALL = [...RECEIVING, 'pay_invoice', 'get_balance'] as const

/** Starts a relay, and in it the SDK's own wallet service in front of the network. */
export async function startNwcFront(network: RegtestNetwork): Promise<NwcFront> {
  // Node has a WebSocket of its own from 22 on only, and the SDK asks for the global one.
  globalThis.WebSocket ??= Object(WebSocket)
  // Large, and only needed where it is used.
  const sdk = await import('@getalby/sdk/nwc')
  const relay = await startNostrRelay()
  const service = new sdk.NWCWalletService({ relayUrl: relay.url })
  const ends: (() => void)[] = []

  async function connect(methods: readonly (typeof ALL)[number][]): Promise<string> {
    const walletSecret = randomBytes(32).toString('hex')
    const clientSecret = randomBytes(32).toString('hex')
    await service.publishWalletServiceInfoEvent(walletSecret, [...methods], [])
    const pair = new sdk.NWCWalletServiceKeyPair(walletSecret, publicKeyOf(clientSecret))
    ends.push(await service.subscribe(pair, handlerOf(network, methods)))
    const query = new URLSearchParams({ relay: relay.url, secret: clientSecret })
    return `nostr+walletconnect://${publicKeyOf(walletSecret)}?${query.toString()}`
  }

  return {
    connection: await connect(ALL),
    receiveOnlyConnection: await connect(RECEIVING),
    relayUrl: relay.url,
    async close() {
      for (const end of ends) end()
      service.close()
      await relay.close()
    },
  }
}

function handlerOf(network: RegtestNetwork, methods: readonly (typeof ALL)[number][]): Handler {
  const mayPay = methods.includes('pay_invoice')
  const handler: Required<
    Pick<Handler, 'getInfo' | 'makeInvoice' | 'lookupInvoice' | 'payInvoice' | 'getBalance'>
  > = {
    getInfo: async () => ({ result: { ...INFO, methods: [...methods] }, error: undefined }),
    makeInvoice: async ({ amount, description = '', expiry = 3600 }) => ({
      result: incoming(
        await network.payee.addInvoice({ amountMsat: amount, memo: description, expirySeconds: expiry }),
      ),
      error: undefined,
    }),
    lookupInvoice: async ({ payment_hash = '' }) => await lookUp(network, payment_hash, mayPay),
    payInvoice: async ({ invoice }) => await pay(network, invoice),
    getBalance: async () => ({ result: { balance: await network.wallet.balanceMsat() }, error: undefined }),
  }
  if (mayPay) return handler
  return { ...handler, payInvoice: restricted, getBalance: restricted }
}

async function restricted(): Promise<Failure> {
  return failure('RESTRICTED', 'this connection may not pay')
}

const INFO = {
  alias: 'regtest',
  color: '#000000',
  pubkey: '00'.repeat(33),
  network: 'regtest',
  block_height: 1,
  block_hash: '00'.repeat(32),
}

/** Who may pay sees what it has sent: payer and payee are two wallets, though a network has all invoices. */
async function lookUp({ payee, wallet }: RegtestNetwork, paymentHash: string, mayPay: boolean) {
  const sent = mayPay ? await wallet.findSent(paymentHash) : undefined
  if (sent !== undefined) return { result: outgoing(sent), error: undefined }
  const invoice = await payee.findInvoice(paymentHash)
  if (invoice !== undefined) return { result: incoming(invoice), error: undefined }
  return failure('NOT_FOUND', 'transaction not found')
}

const CODES: Partial<Record<PaymentFault, string>> = {
  insufficient_liquidity: 'INSUFFICIENT_BALANCE',
  no_route: 'PAYMENT_FAILED',
  rejected: 'PAYMENT_FAILED',
  expired: 'PAYMENT_FAILED',
}

async function pay({ wallet }: RegtestNetwork, invoice: string) {
  const outcome = await wallet.send(invoice)
  if (outcome.state === 'failed') return failure(CODES[outcome.fault] ?? 'OTHER', outcome.message)
  return { result: { preimage: outcome.preimage, fees_paid: outcome.feeMsat }, error: undefined }
}

function failure(code: string, message: string): Failure {
  return { result: undefined, error: { code, message } }
}

function incoming(invoice: PayeeInvoice): Transaction {
  const { settledAtMs = 0 } = invoice
  return {
    type: 'incoming',
    state: INCOMING_STATES[invoice.state],
    invoice: invoice.invoice,
    description: invoice.memo,
    description_hash: '',
    // Left out, as wallets may, until it has been paid for.
    preimage: invoice.state === 'settled' ? invoice.preimage : '',
    payment_hash: invoice.paymentHash,
    amount: invoice.amountMsat,
    fees_paid: 0,
    settled_at: Math.floor(settledAtMs / 1000),
    created_at: Math.floor(invoice.createdAtMs / 1000),
    expires_at: Math.floor(invoice.expiresAtMs / 1000),
  }
}

const INCOMING_STATES: Readonly<Record<PayeeInvoice['state'], Transaction['state']>> = {
  open: 'pending',
  accepted: 'accepted',
  settled: 'settled',
  cancelled: 'failed',
  expired: 'failed',
}

function outgoing(sent: SentPayment): Transaction {
  const isDone = sent.state === 'succeeded'
  return {
    type: 'outgoing',
    state: isDone ? 'settled' : sent.state,
    invoice: sent.invoice,
    description: '',
    description_hash: '',
    preimage: isDone ? sent.preimage : '',
    payment_hash: sent.paymentHash,
    amount: sent.amountMsat,
    fees_paid: isDone ? sent.feeMsat : 0,
    settled_at: isDone ? Math.floor(sent.endedAtMs / 1000) : 0,
    created_at: Math.floor(sent.startedAtMs / 1000),
    expires_at: 0,
  }
}

/** The X coordinate of the key, as Nostr has it (BIP 340). */
function publicKeyOf(secret: string): string {
  const key = createECDH('secp256k1')
  key.setPrivateKey(secret, 'hex')
  return key.getPublicKey('hex', 'compressed').slice(2)
}
