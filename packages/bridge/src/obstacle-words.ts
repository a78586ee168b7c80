import type { BudgetAsk, ClientEvent } from '@turnpike/client'
import type { McpClientEvent } from '@turnpike/mcp'
import type { Money } from './money-flags.ts'
import { inSats } from './sats.ts'

/** What the bridge is told to keep to. */
export interface Limits {
  readonly maxBits: number
  readonly maxWaitMs: number
  /** Undefined: pay nothing. */
  readonly money: Money | undefined
}

type GaveUp = Extract<McpClientEvent | ClientEvent, { type: 'gaveUp' }>

const WHO_MAY = 'Whoever set up the bridge can change that.'

/** Why a refusal was not met: the limits of the bridge by the names of its options, all else as it was told (R36). */
export function wordObstacle(event: GaveUp, { maxBits, maxWaitMs }: Limits): string {
  const { reason, message, asked } = event
  if (asked !== undefined) return wordOverBudget(asked)
  if (reason === 'too_hard')
    return `The bridge may not do that much work: its limit is 2^${maxBits} hashes (--max-bits).`
  if (reason === 'wait_too_long')
    return `The bridge may not wait that long: its limit is ${Math.round(maxWaitMs / 1000)} s (--max-wait).`
  if (reason === 'attempts') return 'The bridge has tried several times and tries no more for this call.'
  return `The bridge could not meet this: ${message}`
}

/** What a call would have cost, and what forbids it. */
export function wordOverBudget({ amountMsat, maxFeeMsat, limit, limitMsat, usedMsat }: BudgetAsk): string {
  const price = `${inSats(amountMsat)}, and up to ${inSats(maxFeeMsat)} for routing`
  const most =
    limit === 'perCallSats'
      ? `${inSats(limitMsat)} for one call (--max-sats)`
      : `${inSats(limitMsat)} in 24 hours (--per-day), of which ${inSats(usedMsat)} are used`
  return `This call costs ${price}. The bridge may not pay it: its limit is ${most}. ${WHO_MAY}`
}

/** For a bridge that pays nothing. */
export function wordUnpaid(sats: number): string {
  return `This call costs ${inSats(sats * 1000)}. The bridge may not pay it: it has no wallet and budget (--max-sats). ${WHO_MAY}`
}
