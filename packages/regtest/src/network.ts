import type { LightningBackend } from '@turnpike/core'
import { createBackend } from './backend.ts'
import type { Host, NewInvoice, PayeeInvoice } from './host.ts'
import { createWallet } from './wallet.ts'
import type { RegtestWallet } from './wallet.ts'
import { startWorkerHost } from './worker-host.ts'

/** What a network starts with. */
export interface RegtestOptions {
  /** Milliseconds since the epoch; default `Date.now`. May not run backwards. Expiry is tested by setting it. */
  readonly now?: () => number
  /** What the first wallet can spend, satoshis: 1,000 to 15,000,000, default 10,000,000. */
  readonly balanceSats?: number
  /** Neither side minds that an invoice has expired, as many nodes do not for hours. Default `false`. */
  readonly acceptsLate?: boolean
  /**
   * Runs the nodes in a thread of their own, so that a payment does not stop everything else here for about 18 ms.
   * Default `false`.
   */
  readonly inWorker?: boolean
}

/** The node that is paid, beyond what a gate asks of it. */
export interface Payee {
  addInvoice(invoice: NewInvoice): Promise<PayeeInvoice>
  findInvoice(paymentHash: string): Promise<PayeeInvoice | undefined>
  /** Keeps the payment of this invoice under way when it comes, until `release` or `cancel`. */
  hold(paymentHash: string): Promise<void>
  release(paymentHash: string): Promise<void>
  /** Turns payments away, the held one too. @throws Error when it is paid */
  cancel(paymentHash: string): Promise<void>
}

/** A Lightning network of one payee and its payers. */
export interface RegtestNetwork {
  /** Gets paid: `network: 'regtest'`, `isFake: true`. */
  readonly backend: LightningBackend
  /** Pays. */
  readonly wallet: RegtestWallet
  readonly payee: Payee
  /** Opens another wallet, with a channel of its own. @param options.balanceSats - 1,000 to 15,000,000 */
  openWallet(options: { readonly balanceSats: number }): Promise<RegtestWallet>
  close(): Promise<void>
}

const DEFAULT_BALANCE_SATS = 10_000_000

/**
 * Starts a real Lightning network in this process: two nodes of LDK, a channel between them, a made-up chain below. The
 * handshake, the invoices, onions and preimages are real; no daemon, port, timer or file is. Nothing outlives `close()`,
 * and nothing keeps the process alive. About half a second for the first one of a process, 50 ms for each after it, and
 * 20 ms for a payment.
 */
export async function createRegtestNetwork(options: RegtestOptions = {}): Promise<RegtestNetwork> {
  const { now = Date.now, acceptsLate = false, balanceSats = DEFAULT_BALANCE_SATS } = options
  const host = await startHost({ now, acceptsLate, inWorker: options.inWorker ?? false })
  const openWallet = async (balance: number): Promise<RegtestWallet> =>
    createWallet(host, await host.openWallet(balance))
  return {
    backend: createBackend(host, { acceptsLate }),
    wallet: await openWallet(balanceSats),
    payee: {
      addInvoice: async (invoice) => await host.addInvoice(invoice),
      findInvoice: async (paymentHash) => await host.findInvoice(paymentHash),
      hold: async (paymentHash) => await host.holdInvoice(paymentHash),
      release: async (paymentHash) => await host.releaseInvoice(paymentHash),
      cancel: async (paymentHash) => await host.cancelInvoice(paymentHash),
    },
    openWallet: async (wanted) => await openWallet(wanted.balanceSats),
    close: async () => await host.close(),
  }
}

async function startHost({
  now,
  acceptsLate,
  inWorker,
}: Required<Omit<RegtestOptions, 'balanceSats'>>): Promise<Host> {
  if (inWorker) return await startWorkerHost({ now, acceptsLate })
  // Loaded only where the nodes run: its 772 modules take a third of a second.
  const { createLdkHost } = await import('./ldk-host.ts')
  return await createLdkHost({ now, acceptsLate })
}
