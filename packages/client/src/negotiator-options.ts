import type { Progress } from '@turnpike/solver'
import { checkBudget, type Budget, type Limits } from './budget.ts'
import { memoryLedger, type Ledger } from './ledger.ts'
import type { Wallet } from './wallet.ts'

/** How to work; see `solve` of @turnpike/solver. */
export interface WorkOptions {
  /** Work above 2 to this power expected hashes is not done. Default 24. */
  readonly maxBits?: number
  readonly workers?: number
  readonly onProgress?: (progress: Progress) => void
}

/**
 * What is done first where several ways are open:
 * - `cheapest`: what takes less time of waiting and working; it pays where neither will do;
 * - `wait`, `work`, `pay`: that, and the others where it will not do, paying last.
 */
export type Preference = 'cheapest' | 'wait' | 'work' | 'pay'

/** A payment that somebody is asked about. */
export interface Approval {
  readonly origin: string
  /** Such as `GET /search`. */
  readonly request: string
  readonly amountMsat: number
  readonly maxFeeMsat: number
}

/** Asks somebody before paying more than `sats`, price and fee limit together. What `ask` throws, the call throws. */
export interface ApproveAbove {
  readonly sats: number
  readonly ask: (approval: Approval) => boolean | Promise<boolean>
}

/** How far to go to get in. */
export interface NegotiatorOptions {
  /** Whether and how to work. Default `true`. */
  readonly solve?: boolean | WorkOptions
  /** Pays invoices. Without it nothing is ever paid. */
  readonly wallet?: Wallet
  /** Default: 100 sats a call, 1,000 sats in any 24 hours. */
  readonly budget?: Budget
  /** Where spending is written down. Default: in memory. */
  readonly ledger?: Ledger
  /** Default: nobody is asked. */
  readonly approveAbove?: ApproveAbove
  /** Default `cheapest`. */
  readonly prefer?: Preference
  /** Longest that one call waits, in all, because it was told to. Default 30,000. */
  readonly maxWaitMs?: number
  /** Requests that one call sends at most, redirects not counted. Default 3. */
  readonly maxAttempts?: number
  /** Sends solutions over plain http to machines other than this one, too. Default `false`; payments never are (R35). */
  readonly allowPlainHttp?: boolean
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
}

/** The options, checked, with defaults filled in. */
export interface NegotiatorSettings {
  /** Undefined: never work. */
  readonly work: WorkOptions | undefined
  /** Undefined: never pay. */
  readonly money: MoneySettings | undefined
  readonly prefer: Preference
  readonly maxWaitMs: number
  readonly maxAttempts: number
  readonly allowPlainHttp: boolean
  readonly now: () => number
}

/** All that paying needs. */
export interface MoneySettings {
  readonly wallet: Wallet
  readonly limits: Limits
  readonly ledger: Ledger
  readonly approveAbove: ApproveAbove | undefined
  readonly now: () => number
}

/** The names of all options. */
export const NEGOTIATOR_OPTIONS = [
  'solve',
  'wallet',
  'budget',
  'ledger',
  'approveAbove',
  'prefer',
  'maxWaitMs',
  'maxAttempts',
  'allowPlainHttp',
  'now',
] as const satisfies readonly (keyof NegotiatorOptions)[]

const PREFERENCES: readonly string[] = ['cheapest', 'wait', 'work', 'pay'] satisfies Preference[]
/** Beyond it a timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** @throws TypeError, RangeError for a value that cannot be, or a name within `solve` or `budget` that there is not. */
export function checkNegotiatorOptions(options: NegotiatorOptions): NegotiatorSettings {
  const { prefer = 'cheapest', solve = true, now = Date.now } = options
  if (!PREFERENCES.includes(prefer)) {
    throw new RangeError(`prefer must be one of '${PREFERENCES.join("', '")}'.`)
  }
  return {
    work: solve === true ? {} : solve === false ? undefined : checkWork(solve),
    money: checkMoney(options, now),
    prefer,
    maxWaitMs: within('maxWaitMs', options.maxWaitMs ?? 30_000, 0, LONGEST_TIMER_MS),
    maxAttempts: within('maxAttempts', options.maxAttempts ?? 3, 1, 100),
    allowPlainHttp: options.allowPlainHttp ?? false,
    now,
  }
}

const WORK_OPTIONS: readonly string[] = [
  'maxBits',
  'workers',
  'onProgress',
] satisfies readonly (keyof WorkOptions)[]

/** A limit under another name would be none. */
function checkWork(work: WorkOptions): WorkOptions {
  if (typeof work !== 'object' || work === null) {
    throw new TypeError('solve must be true, false or an object, such as { maxBits: 22 }.')
  }
  const unknown = Object.keys(work).find((name) => !WORK_OPTIONS.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`solve has no "${unknown}"; it has ${WORK_OPTIONS.join(', ')}.`)
  }
  return work
}

function checkMoney(options: NegotiatorOptions, now: () => number): MoneySettings | undefined {
  const { wallet, budget = {}, approveAbove, ledger = memoryLedger() } = options
  if (wallet === undefined) {
    if (options.prefer === 'pay') throw new TypeError("prefer: 'pay' needs a wallet.")
    return undefined
  }
  if (typeof wallet.payInvoice !== 'function' || typeof wallet.readInvoice !== 'function') {
    throw new TypeError(
      'wallet must read invoices and pay them: make it with lightningWallet() of @turnpike/lightning.',
    )
  }
  if (approveAbove !== undefined) within('approveAbove.sats', approveAbove.sats, 0, Infinity)
  return { wallet, limits: checkBudget(budget), ledger, approveAbove, now }
}

/** @returns the value, which lies within the bounds. @throws RangeError otherwise, NaN included */
export function within(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value
  throw new RangeError(`${name} must be a number from ${least} to ${most}.`)
}
