import { TurnpikeError } from './errors.ts'
import type { LightningBackend } from './lightning-backend.ts'
import { isMemoryStore } from './memory-store.ts'
import type { GateOptions } from './options.ts'
import type { PaymentSettings } from './payment-options.ts'
import type { Store } from './store.ts'

/** What R30 looks at. */
export interface Custody {
  readonly backend: LightningBackend
  /** Undefined: the default, which is the memory store. */
  readonly store: Store | undefined
  readonly settings: PaymentSettings
  /** Does the environment say so? */
  readonly isProduction: boolean
}

/**
 * Is this gate to be held to the rules of production? Where payments are taken, a backend that moves money or a store made to
 * last says so by itself (R30).
 */
export function isProductionGate({ lightning, store, payments }: GateOptions, environment: boolean): boolean {
  if (environment || lightning === undefined) return environment
  return movesMoney(lightning) || (isLasting(store) && payments?.allowFakeMoney !== true)
}

/** Does real money go through this gate? Then it is in production, whatever the environment says (R30). */
function movesMoney({ network, isFake = false }: LightningBackend): boolean {
  return network === 'bitcoin' && !isFake
}

/**
 * Refuses arrangements in which paid uses would be forgotten, or play money would open real doors (R26, R30).
 * @throws TurnpikeError `sats_on_memory_store`, `lightning_fake`, `lightning_leaks_preimages`
 */
export function checkCustody({ backend, store, settings, isProduction }: Custody): void {
  const isShared = isLasting(store)
  if (!isShared && (isProduction || movesMoney(backend))) {
    throw new TurnpikeError(
      'sats_on_memory_store',
      'payments on the memory store: a restart would forget what was spent, and what was bought. Take lmdbStore() of @turnpike/lmdb or redisStore() of @turnpike/redis',
    )
  }
  if (isPlayMoney(backend) && (isProduction || (isShared && !settings.allowFakeMoney))) {
    throw new TurnpikeError(
      'lightning_fake',
      `the backend '${backend.name}' moves no real money, and ${isProduction ? 'this is production' : 'the store is one for production'}: anybody could pay. Give the gate a real one; for tests there is payments: { allowFakeMoney: true }`,
    )
  }
  if (settings.verify === 'preimage' && backend.leaksPreimages === true) {
    throw new TurnpikeError(
      'lightning_leaks_preimages',
      `payments.verify 'preimage' with '${backend.name}', which shows the preimages of unpaid invoices: nobody would have to pay. Take 'settled'`,
    )
  }
}

function isPlayMoney({ network, isFake = false }: LightningBackend): boolean {
  return network === 'regtest' || isFake
}

function isLasting(store: Store | undefined): boolean {
  return store !== undefined && !isMemoryStore(store)
}
