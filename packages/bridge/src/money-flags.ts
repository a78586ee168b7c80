import type { Budget } from '@turnpike/client'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from './exit-code.ts'
import type { Io } from './io.ts'
import { wholeNumber } from './number-flag.ts'

/** The options of paying, as typed. */
export interface MoneyFlags {
  readonly maxSats?: string
  readonly perDay?: string
  readonly ledger?: string
}

/** How much may be spent, and the file in which it is written down. */
export interface Money {
  readonly budget: Budget
  readonly ledgerPath: string
}

/** A bitcoin. */
const MOST_SATS = 100_000_000

/**
 * Nothing is paid unless a price for one call is named: that a wallet is there is no consent (R35).
 * @returns undefined: pay nothing
 * @throws UsageError
 */
export function readMoney({ maxSats, perDay, ledger }: MoneyFlags, env: Io['env']): Money | undefined {
  if (maxSats === undefined) {
    if (perDay === undefined && ledger === undefined) return undefined
    throw new UsageError('--per-day and --ledger go with --max-sats, without which nothing is paid.')
  }
  const perCallSats = wholeNumber('--max-sats', maxSats, 0, MOST_SATS)
  const perDaySats = perDay === undefined ? undefined : wholeNumber('--per-day', perDay, 0, MOST_SATS)
  return {
    budget: { perCallSats, ...(perDaySats === undefined ? {} : { perDaySats }) },
    // The command line's file too: one budget a day for all that this user runs.
    ledgerPath: ledger ?? setIn(env, 'TURNPIKE_LEDGER') ?? join(homedir(), '.turnpike', 'ledger.json'),
  }
}

function setIn(env: Io['env'], name: string): string | undefined {
  return env[name] === '' ? undefined : env[name]
}
