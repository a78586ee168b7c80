import { TurnpikeError } from './errors.ts'
import { checkKnownOptions } from './option-check.ts'
import { type Duration, parseDuration, parseWindows, type Windows, type WindowSpec } from './window.ts'

/** How the gate takes payments; all have defaults that suit a server on the open network. */
export interface PaymentOptions {
  /**
   * What proves a payment (default 'settled'): that the backend says so, or the preimage alone. The latter saves a look-up per
   * payment, and is refused with backends that show the preimages of unpaid invoices (R26).
   */
  readonly verify?: 'settled' | 'preimage'
  /** Highest price, in satoshis, that a requirement or a price function may name (default 100,000). */
  readonly maxSats?: number
  /** Invoices are not free: at most so many for one caller (default '60/1m'), and by one process (default '600/1m') (R24). */
  readonly mint?: { readonly perCaller?: Windows; readonly perGate?: Windows }
  /** How long an invoice can be paid (default '10m'), '1m' to '1d'. */
  readonly invoiceExpiry?: Duration
  /** How long a 402 waits for its invoice, before it goes out without one (default '1s'), '50ms' to '30s'. */
  readonly invoiceWait?: Duration
  /** Payments older than the store's memory: 'honour' them (default), or 'refuse' them as `credential_lost` (R15). */
  readonly onStoreLost?: 'honour' | 'refuse'
  /** Takes regtest and fake backends together with a shared store, for tests; never in production (R30). */
  readonly allowFakeMoney?: boolean
}

/** The same, checked and computed. */
export interface PaymentSettings {
  readonly verify: 'settled' | 'preimage'
  readonly maxSats: number
  readonly perCaller: readonly WindowSpec[]
  readonly perGate: readonly WindowSpec[]
  readonly invoiceExpiryMs: number
  readonly invoiceWaitMs: number
  readonly onStoreLost: 'honour' | 'refuse'
  readonly allowFakeMoney: boolean
}

const OPTIONS = [
  'verify',
  'maxSats',
  'mint',
  'invoiceExpiry',
  'invoiceWait',
  'onStoreLost',
  'allowFakeMoney',
] as const
/** A thousandth of all there will ever be; as millisatoshis well within what a number holds. */
const MOST_SATS = 2_100_000_000_000

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkPaymentOptions(options: PaymentOptions = {}): PaymentSettings {
  if (typeof options !== 'object' || options === null)
    throw invalid('payments takes options: { maxSats: 1000 }')
  checkKnownOptions('payments', options, OPTIONS)
  const { verify = 'settled', maxSats = 100_000, mint = {}, onStoreLost = 'honour' } = options
  if (typeof mint !== 'object' || mint === null) throw invalid("payments.mint takes { perCaller: '60/1m' }")
  checkKnownOptions('payments.mint', mint, ['perCaller', 'perGate'])
  if (verify !== 'settled' && verify !== 'preimage')
    throw invalid(`payments.verify '${String(verify)}': take 'settled' or 'preimage'`)
  if (onStoreLost !== 'honour' && onStoreLost !== 'refuse')
    throw invalid(`payments.onStoreLost '${String(onStoreLost)}': take 'honour' or 'refuse'`)
  if (!Number.isInteger(maxSats) || maxSats < 1 || maxSats > MOST_SATS)
    throw invalid(`payments.maxSats ${maxSats}: take whole satoshis from 1`)
  const { invoiceExpiry = '10m', invoiceWait = '1s', allowFakeMoney = false } = options
  if (typeof allowFakeMoney !== 'boolean') throw invalid('payments.allowFakeMoney takes true or false')
  return {
    verify,
    maxSats,
    onStoreLost,
    allowFakeMoney,
    perCaller: parseWindows(mint.perCaller ?? '60/1m', 'payments.mint.perCaller'),
    perGate: parseWindows(mint.perGate ?? '600/1m', 'payments.mint.perGate'),
    invoiceExpiryMs: duration('invoiceExpiry', invoiceExpiry, { least: '1m', most: '1d' }),
    invoiceWaitMs: duration('invoiceWait', invoiceWait, { least: '50ms', most: '30s' }),
  }
}

function duration(
  option: string,
  text: Duration,
  { least, most }: { readonly least: Duration; readonly most: Duration },
): number {
  const ms = parseDuration(text)
  if (ms === undefined || ms < (parseDuration(least) ?? 0) || ms > (parseDuration(most) ?? 0))
    throw invalid(`payments.${option} '${text}': take '${least}' to '${most}'`)
  return ms
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', `createGate() ${complaint}`)
}
