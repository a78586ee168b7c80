import {
  type BitcoinNetwork,
  checkKnownOptions,
  type InvoiceState,
  type LightningBackend,
} from '@turnpike/core'
import { createBackend, stateMissing } from './backend.ts'
import { LightningError } from './lightning-error.ts'
import { checkNwcUrl, connectNwc, NwcRefusal } from './nwc-client.ts'
import { hashIn, integerIn, textIn } from './reply.ts'
import { checkDuration, checkNetwork, DEFAULT_TIMEOUT_MS } from './service-options.ts'

/** Options of `nwc()`. */
export interface NwcOptions {
  /** The connection string of the wallet: `nostr+walletconnect://...`. It is a secret. */
  readonly url: string | undefined
  /** The network of its invoices. Any other is refused. Default `'bitcoin'`. */
  readonly network?: BitcoinNetwork
  /** Longest that one call takes, in ms. Default 5,000. */
  readonly timeoutMs?: number
  /** The time in ms since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * Gets paid through any wallet that speaks Nostr Wallet Connect (NIP-47), such as Alby Hub. Calls `make_invoice` and
 * `lookup_invoice`; the connection needs no right to pay. Needs the package `@getalby/sdk`.
 *
 * @throws TurnpikeError `option_unknown`, `option_invalid`. @throws LightningError `lightning_sdk_missing`
 */
export function nwc(options: NwcOptions): LightningBackend {
  checkKnownOptions('nwc()', options, ['url', 'network', 'timeoutMs', 'now'])
  checkNetwork('nwc()', options.network)
  checkDuration('nwc()', 'timeoutMs', options.timeoutMs)
  const { url } = options
  checkNwcUrl('nwc()', url)
  const wallet = connectNwc('nwc()', url)
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const now = options.now ?? Date.now
  return createBackend({
    name: 'nwc',
    network: options.network,
    now,
    make: async ({ amountMsat, memo, expirySeconds, signal }) => {
      const request = { amount: amountMsat, description: memo, expiry: expirySeconds }
      const made = await refusable(
        wallet.ask(async (client) => await client.makeInvoice(request), timeoutMs, signal),
      )
      return { invoice: textIn(made, 'invoice'), paymentHash: hashIn(made, 'payment_hash') }
    },
    look: async (paymentHash, signal) => {
      const request = { payment_hash: paymentHash }
      const found = await refusable(
        wallet.ask(async (client) => await client.lookupInvoice(request), timeoutMs, signal),
      )
      if (textIn(found, 'type') === 'outgoing') throw stateMissing('nwc', 'outgoing')
      return stateOf(found, now())
    },
    close: async () => {
      await wallet.close()
    },
  })
}

async function refusable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof NwcRefusal)) throw error
    throw new LightningError('lightning_failed', `nwc(): ${error.message}`)
  }
}

/** Wallets of before 2025 have no `state`: then the times say it. */
function stateOf(transaction: unknown, nowMs: number): InvoiceState {
  switch (textIn(transaction, 'state') ?? 'none') {
    case 'settled':
      return 'settled'
    case 'pending':
    case 'accepted':
      return 'pending'
    case 'expired':
    case 'failed':
      return 'gone'
    case 'none':
      if ((integerIn(transaction, 'settled_at') ?? 0) > 0) return 'settled'
      return (integerIn(transaction, 'expires_at') ?? Infinity) * 1000 <= nowMs ? 'gone' : 'pending'
    default:
      throw stateMissing('nwc', textIn(transaction, 'state'))
  }
}
