import type { Budget, Preference } from '@turnpike/client'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { readUrl } from '../address.ts'
import { type CallFlags, readCall } from '../call.ts'
import { UsageError } from '../exit-code.ts'
import { readMaxBits, readNumber, readSats } from '../flag.ts'
import type { Io } from '../io.ts'

/** The options of `turnpike fetch`, as typed. */
export interface FetchFlags extends CallFlags {
  readonly include?: boolean
  readonly output?: string
  readonly maxBits: string
  readonly maxWait: string
  readonly maxTime?: string
  readonly prefer?: string
  readonly maxSats?: string
  readonly perDay?: string
  readonly ledger?: string
  readonly verbose?: boolean
  readonly json?: boolean
}

/** What to ask for, and how far to go for it. */
export interface FetchRequest {
  readonly url: URL
  readonly init: {
    readonly method: string
    readonly headers: [string, string][]
    readonly body?: Uint8Array<ArrayBuffer>
  }
  readonly maxBits: number
  readonly maxWaitMs: number
  /** Of the whole call; undefined: as long as it takes. */
  readonly maxTimeMs: number | undefined
  readonly prefer: Preference | undefined
  /** Undefined: nothing is paid. */
  readonly money: { readonly budget: Budget; readonly ledgerPath: string } | undefined
}

const PREFERENCES: readonly Preference[] = ['cheapest', 'wait', 'work', 'pay']
const LONGEST_S = 86_400

/** @throws UsageError, and Error for a file that cannot be read */
export async function readFetchRequest(address: string, flags: FetchFlags, io: Io): Promise<FetchRequest> {
  const url = readUrl(address)
  const { maxTime } = flags
  const { method, headers, body } = await readCall(flags, io)
  return {
    url,
    init: {
      method,
      headers: headers.map(([name, value]) => [name, value]),
      ...(body === undefined ? {} : { body }),
    },
    maxBits: readMaxBits(flags.maxBits),
    maxWaitMs: readNumber('--max-wait', flags.maxWait, 0, LONGEST_S) * 1000,
    maxTimeMs: maxTime === undefined ? undefined : readNumber('--max-time', maxTime, 0.1, LONGEST_S) * 1000,
    prefer: readPreference(flags),
    money: readMoney(flags, io.env),
  }
}

function readPreference({ prefer, maxSats }: FetchFlags): Preference | undefined {
  if (prefer === undefined) return undefined
  const known = PREFERENCES.find((one) => one === prefer)
  if (known === undefined) throw new UsageError(`--prefer must be one of ${PREFERENCES.join(', ')}.`)
  if (known === 'pay' && maxSats === undefined) throw new UsageError('--prefer pay needs --max-sats.')
  return known
}

/** Nothing is paid unless a price for one call is named: that a wallet is there is no consent (R35). */
function readMoney({ maxSats, perDay, ledger }: FetchFlags, env: Io['env']): FetchRequest['money'] {
  if (maxSats === undefined) {
    if (perDay !== undefined || ledger !== undefined)
      throw new UsageError('--per-day and --ledger go with --max-sats, without which nothing is paid.')
    return undefined
  }
  const perCallSats = readSats('--max-sats', maxSats, 0)
  const perDaySats = perDay === undefined ? undefined : readSats('--per-day', perDay, 0)
  return {
    budget: { perCallSats, ...(perDaySats === undefined ? {} : { perDaySats }) },
    ledgerPath: ledger ?? env['TURNPIKE_LEDGER'] ?? join(homedir(), '.turnpike', 'ledger.json'),
  }
}
