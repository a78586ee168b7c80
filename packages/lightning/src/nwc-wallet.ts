import { checkKnownOptions } from '@turnpike/core'
import type { PaymentState } from '@turnpike/client'
import { stateMissing } from './backend.ts'
import { checkNwcUrl, connectNwc, type NwcConnection, NwcRefusal } from './nwc-client.ts'
import type { NwcOptions } from './nwc.ts'
import { integerIn, textIn } from './reply.ts'
import { paymentTimeout } from './payment-time.ts'
import { checkDuration, checkNetwork, DEFAULT_TIMEOUT_MS } from './service-options.ts'
import { createWallet, type LightningWallet, type Sent, succeeded } from './wallet.ts'

/** Options of `nwcWallet()`. */
export interface NwcWalletOptions extends NwcOptions {
  /** Longest that a payment is waited for, in ms. After that it is in doubt. Default 60,000. */
  readonly paymentTimeoutMs?: number
}

/** The codes of NIP-47 by which a wallet says that it has not paid, or has not even tried. */
const NOT_PAID: ReadonlySet<string> = new Set([
  'PAYMENT_FAILED',
  'INSUFFICIENT_BALANCE',
  'QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'NOT_IMPLEMENTED',
])

/**
 * Pays from any wallet that speaks Nostr Wallet Connect (NIP-47), such as Alby Hub. Calls `pay_invoice` and
 * `lookup_invoice`. It cannot be told a limit of the fee: `maxFeeMsat` is ignored; give the connection a budget.
 * Needs the package `@getalby/sdk`.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`. @throws LightningError `lightning_sdk_missing`
 */
export function nwcWallet(options: NwcWalletOptions): LightningWallet {
  checkKnownOptions('nwcWallet()', options, ['url', 'network', 'timeoutMs', 'paymentTimeoutMs', 'now'])
  checkNetwork('nwcWallet()', options.network)
  checkDuration('nwcWallet()', 'timeoutMs', options.timeoutMs)
  const paymentTimeoutMs = paymentTimeout('nwcWallet()', options.paymentTimeoutMs)
  const { url } = options
  checkNwcUrl('nwcWallet()', url)
  const wallet = connectNwc('nwcWallet()', url)
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  return createWallet({
    name: 'nwc',
    network: options.network,
    now: options.now,
    send: async ({ invoice }) => await pay(wallet, invoice, paymentTimeoutMs),
    find: async (paymentHash) => await findPayment(wallet, paymentHash, timeoutMs),
    close: async () => {
      await wallet.close()
    },
  })
}

async function pay(wallet: NwcConnection, invoice: string, timeoutMs: number): Promise<Sent> {
  try {
    const paid = await wallet.ask(async (client) => await client.payInvoice({ invoice }), timeoutMs)
    return { outcome: 'paid', preimage: textIn(paid, 'preimage'), feesMsat: integerIn(paid, 'fees_paid') }
  } catch (error) {
    if (error instanceof NwcRefusal && NOT_PAID.has(error.code)) {
      return { outcome: 'failed', reason: error.message }
    }
    throw error
  }
}

async function findPayment(wallet: NwcConnection, hash: string, timeoutMs: number): Promise<PaymentState> {
  const found = await lookUp(wallet, hash, timeoutMs)
  if (found === undefined) return { state: 'unknown' }
  if (textIn(found, 'type') !== 'outgoing') throw stateMissing('nwc', textIn(found, 'type'))
  const state = textIn(found, 'state') ?? ((integerIn(found, 'settled_at') ?? 0) > 0 ? 'settled' : 'pending')
  if (state === 'failed') return { state: 'failed' }
  if (state !== 'settled') return { state: 'pending' }
  return succeeded(textIn(found, 'preimage'), integerIn(found, 'fees_paid'))
}

async function lookUp(wallet: NwcConnection, hash: string, timeoutMs: number): Promise<unknown> {
  try {
    return await wallet.ask(async (client) => await client.lookupInvoice({ payment_hash: hash }), timeoutMs)
  } catch (error) {
    if (error instanceof NwcRefusal && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}
