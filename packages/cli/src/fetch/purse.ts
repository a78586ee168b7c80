import type { FetchOptions, Wallet } from '@turnpike/client'
import type { Io } from '../io.ts'
import { loadOptional } from '../optional-package.ts'
import type { FetchRequest } from './request.ts'

/** What paying needs: a wallet, limits, and the book in which it is written down. */
export interface Purse {
  readonly options: Pick<FetchOptions, 'wallet' | 'budget' | 'ledger'>
  /** Lets go of the wallet's connections. */
  readonly close: () => Promise<void>
}

const EMPTY: Purse = { options: {}, close: async () => await Promise.resolve() }
const PACKAGES = ['@turnpike/lightning'] as const

/**
 * Opens the wallet that the environment names: `TURNPIKE_WALLET` or `TURNPIKE_WALLET_FILE`; never an argument (R35).
 * @throws Error where payment is wanted and there is no wallet
 */
export async function openPurse(money: FetchRequest['money'], env: Io['env']): Promise<Purse> {
  if (money === undefined) return EMPTY
  const lightning = await loadOptional('@turnpike/lightning', PACKAGES)
  if (!isLightning(lightning)) throw new Error('Update @turnpike/lightning.')
  const wallet = await lightning.walletFromEnvironment(env)
  if (wallet === undefined) {
    throw new Error(
      'There is no wallet to pay from. Name one in TURNPIKE_WALLET, or in a file of mode 0600 that TURNPIKE_WALLET_FILE names.',
    )
  }
  const { fileLedger } = await import('@turnpike/client/file-ledger')
  return {
    options: { wallet, budget: money.budget, ledger: fileLedger(money.ledgerPath) },
    close: async () => await wallet.close(),
  }
}

interface LightningPackage {
  readonly walletFromEnvironment: (
    env: Io['env'],
  ) => Promise<(Wallet & { readonly close: () => Promise<void> }) | undefined>
}

function isLightning(module: unknown): module is LightningPackage {
  return typeof module === 'object' && module !== null && 'walletFromEnvironment' in module
}
