/** Limits of spending, in whole or fractional satoshis, routing fees included. `Infinity` lifts one. */
export interface Budget {
  /** For one call. Default 100. */
  readonly perCallSats?: number
  /** To one host, in any 24 hours. Default: no limit of its own. */
  readonly perHostSats?: number
  /** In all, in any 24 hours. Default 1,000. */
  readonly perDaySats?: number
  /** In all, for as long as the ledger is kept. Default: no limit of its own. */
  readonly totalSats?: number
  /** For routing, per payment; reserved with the price. Default: 1 % of the price, and 5 where that is less. */
  readonly maxFeeSats?: number
}

/** The names of the limits that a payment can exceed. */
export type LimitName = 'perCallSats' | 'perHostSats' | 'perDaySats' | 'totalSats'

/** The budget, checked, in millisatoshis. */
export type Limits = Readonly<Record<LimitName, number>> & {
  readonly maxFeeMsat: (amountMsat: number) => number
}

/** What a payment would have cost, and which limit forbids it. All amounts are millisatoshis. */
export interface BudgetAsk {
  readonly origin: string
  readonly amountMsat: number
  readonly maxFeeMsat: number
  readonly limit: LimitName
  readonly limitMsat: number
  /** Spent and reserved so far, as far as this limit counts it. */
  readonly usedMsat: number
}

/** A price beyond the budget, where nothing else than paying would have done. Nothing was paid. */
export class BudgetExceededError extends Error {
  override readonly name = 'BudgetExceededError'
  readonly code = 'budget_exceeded'
  readonly asked: BudgetAsk
  constructor(asked: BudgetAsk) {
    const { origin, amountMsat, maxFeeMsat, limit, limitMsat, usedMsat } = asked
    const price = `${origin} asks ${inSats(amountMsat)}, and up to ${inSats(maxFeeMsat)} for routing`
    const left = `budget.${limit} is ${inSats(limitMsat)}, of which ${inSats(usedMsat)} are used`
    super(`${price}; ${left} (budget_exceeded: npx @turnpike/cli explain budget_exceeded)`)
    this.asked = asked
  }
}

const NAMES: readonly string[] = ['perCallSats', 'perHostSats', 'perDaySats', 'totalSats', 'maxFeeSats']
const LEAST_FEE_MSAT = 5000

/** @throws TypeError for an unknown member, RangeError for a value that cannot be. */
export function checkBudget(budget: Budget): Limits {
  if (typeof budget !== 'object' || budget === null) {
    throw new TypeError('budget must be an object, such as { perCallSats: 20, perDaySats: 500 }.')
  }
  const unknown = Object.keys(budget).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) throw new TypeError(`budget has no "${unknown}"; it has ${NAMES.join(', ')}.`)
  const { maxFeeSats } = budget
  const fixedFee = maxFeeSats === undefined ? undefined : msatOf('maxFeeSats', maxFeeSats)
  // It is reserved, and no book can hold that.
  if (fixedFee === Infinity) throw new RangeError('budget.maxFeeSats must be finite.')
  return {
    perCallSats: msatOf('perCallSats', budget.perCallSats ?? 100),
    perHostSats: msatOf('perHostSats', budget.perHostSats ?? Infinity),
    perDaySats: msatOf('perDaySats', budget.perDaySats ?? 1000),
    totalSats: msatOf('totalSats', budget.totalSats ?? Infinity),
    maxFeeMsat: (amountMsat) => fixedFee ?? Math.max(LEAST_FEE_MSAT, Math.ceil(amountMsat / 100)),
  }
}

function msatOf(name: string, sats: number): number {
  if (typeof sats !== 'number' || !(sats >= 0)) throw new RangeError(`budget.${name} must be 0 or more sats.`)
  return Math.floor(sats * 1000)
}

/** `12 sats`, `0.5 sats`. */
export function inSats(msat: number): string {
  return `${msat / 1000} sats`
}
