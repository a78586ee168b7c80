import { isForgettable } from './claim-record.ts'
import type { ClaimRecord } from './claim-record.ts'
import { ExpiringMap } from './memory-expiry.ts'
import { TurnpikeError } from './errors.ts'
import { MemoryWindows } from './memory-windows.ts'
import { checkKnownOptions } from './option-check.ts'
import { StoreClaims } from './store-claims.ts'
import type { HeldCall } from './store-claims.ts'
import { StoreDecisions } from './store-decisions.ts'
import type { AdmitOutcome, AdmitRequest, Store } from './store.ts'
import { adjustWindow } from './window-book.ts'

/** How much is remembered, and by which clock. */
export interface MemoryStoreOptions {
  /** The store's clock, in ms since 1970. Default `Date.now`. */
  readonly now?: () => number
  /** Most holders of windows remembered at once (R18). Default 1,000,000: about 200 bytes each. */
  readonly maxHolders?: number
  /** Most credentials remembered at once, and most calls on hold (R18). Default 1,000,000. */
  readonly maxCredentials?: number
}

/** A store that answers `admit` at once, without a promise. */
export interface MemoryStore extends Store {
  admit(request: AdmitRequest): AdmitOutcome
}

/**
 * Keeps everything in this process: the default, for one process and for development. Nothing survives a restart, so
 * proof of work issued before it is refused as `lost` (R15), and sats need a store that lasts (R30).
 *
 * A full store forgets what has expired; when that is not enough, newcomers get `full` and nobody else notices (R18).
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  checkKnownOptions('memoryStore()', options, ['now', 'maxHolders', 'maxCredentials'])
  const { now = Date.now, maxHolders = 1_000_000, maxCredentials = 1_000_000 } = options
  if (![maxHolders, maxCredentials].every((most) => Number.isInteger(most) && most > 0)) {
    throw new TurnpikeError(
      'option_invalid',
      'memoryStore() maxHolders and maxCredentials take whole numbers above 0',
    )
  }
  if (typeof now !== 'function') {
    throw new TurnpikeError(
      'option_invalid',
      'memoryStore() now takes a function: () => milliseconds since 1970',
    )
  }
  const windows = new MemoryWindows(maxHolders)
  const credentials = new ExpiringMap<ClaimRecord>(maxCredentials, isForgettable)
  const holds = new ExpiringMap<HeldCall>(maxCredentials, (held, nowMs) => held.endMs <= nowMs)
  const claims = new StoreClaims(credentials, holds, now())
  const decisions = new StoreDecisions(windows, claims)

  function makeRoom(nowMs: number): boolean {
    const madeForHolders = windows.makeRoom(nowMs)
    return credentials.makeRoom(nowMs) || madeForHolders
  }

  function admit(request: AdmitRequest): AdmitOutcome {
    const nowMs = now()
    if (request.deadlineMs !== undefined && nowMs > request.deadlineMs) return { outcome: 'late' }
    let outcome = decisions.decide(request, nowMs)
    if (outcome === undefined && makeRoom(nowMs)) outcome = decisions.decide(request, nowMs)
    windows.tidy(nowMs)
    credentials.tidy(nowMs)
    holds.tidy(nowMs)
    return outcome ?? { outcome: 'full' }
  }

  const store: MemoryStore = {
    admit,
    renew: async (refs, leaseMs) => claims.renew(refs, now() + leaseMs, now()),
    keep: async (ref) => claims.keep(ref, now()),
    giveBack: async (ref) => claims.giveBack(ref, now()),
    revoke: async (credential, _shard, untilMs) => claims.revoke(credential, untilMs),
    adjust: async (adjustments) => {
      for (const adjustment of adjustments) adjustWindow(windows, adjustment, now())
    },
    hold: async (hold) => claims.hold(hold, now()),
    resume: async (seal, _shard, leaseMs) => claims.resume(seal, now() + leaseMs, now()),
    inspect: async (holder) => windows.inspect(holder, now()),
    reset: async (holder) => windows.reset(holder),
    close: async () => undefined,
  }
  made.add(store)
  return store
}

const made = new WeakSet<Store>()

/** @returns whether a store keeps its records in this process alone */
export function isMemoryStore(store: Store): boolean {
  return made.has(store)
}
