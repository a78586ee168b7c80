import type { NegotiatorOptions } from '@turnpike/client'
import { UsageError } from './exit-code.ts'
import type { Io } from './io.ts'
import type { Money } from './money-flags.ts'
import { loadOptional } from './optional-package.ts'

/** What paying needs: a wallet, limits, and the book in which it is written down. */
export interface Purse {
  readonly options: Pick<NegotiatorOptions, 'wallet' | 'budget' | 'ledger'>
  /** Lets go of the wallet's connections. */
  readonly close: () => Promise<void>
}

const EMPTY: Purse = { options: {}, close: async () => await Promise.resolve() }

const NO_WALLET =
  '--max-sats needs a wallet: its address in TURNPIKE_WALLET, or in a file of mode 0600 that TURNPIKE_WALLET_FILE names.'
const NO_WEB_SOCKET =
  'On Node 20 this wallet needs NODE_OPTIONS=--experimental-websocket in the environment of the bridge; Node 22 has a WebSocket of its own.'

/**
 * Opens the wallet that the environment names, and the ledger (R35).
 *
 * @param money - undefined: nothing is paid, whatever wallet there is
 * @throws UsageError; TurnpikeError `option_invalid`; LedgerError `ledger_unreadable`
 */
export async function openPurse(money: Money | undefined, env: Io['env']): Promise<Purse> {
  if (money === undefined) return EMPTY
  const wallet = await openWallet(env)
  if (wallet === undefined) throw new UsageError(NO_WALLET)
  const { fileLedger } = await import('@turnpike/client/file-ledger')
  const ledger = fileLedger(money.ledgerPath)
  // Better now than at the first call.
  await ledger.read()
  return { options: { wallet, budget: money.budget, ledger }, close: async () => await wallet.close() }
}

/** Does the environment name a wallet? */
export function hasWallet({ TURNPIKE_WALLET: address, TURNPIKE_WALLET_FILE: file }: Io['env']): boolean {
  return [address, file].some((value) => value !== undefined && value !== '')
}

async function openWallet(env: Io['env']) {
  const { walletFromEnvironment, LightningError } = await loadOptional(
    '--max-sats',
    '@turnpike/lightning',
    async () => await import('@turnpike/lightning'),
  )
  try {
    return await walletFromEnvironment(env)
  } catch (error) {
    const isSocketMissing = error instanceof LightningError && error.code === 'lightning_sdk_missing'
    throw isSocketMissing ? new UsageError(NO_WEB_SOCKET, { cause: error }) : error
  }
}
