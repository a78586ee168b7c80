import { type Leaf, pow, type Windows } from '@turnpike/core'
import { UsageError } from '../exit-code.ts'
import { readAbove0, readNumber, readSats, readWhole } from '../flag.ts'
import { leavesOf, readPolicyFile } from './policy-file.ts'

/** The options of `turnpike cost`, as typed. */
export interface CostFlags {
  readonly difficulty?: string
  readonly sats?: string
  readonly policy?: string
  readonly quota?: string | false
  readonly adaptive: boolean
  readonly calls: string
  readonly btcUsd: string
  readonly coreHourUsd: string
  readonly json?: boolean
}

/** What is priced, and at which assumptions. */
export interface CostRequest {
  readonly work: Leaf | undefined
  readonly pay: Payment | undefined
  readonly calls: number
  /** Dollars for one bitcoin, and for one processor core for an hour. */
  readonly btcUsd: number
  readonly coreHourUsd: number
}

/** What is paid, and for how many calls. */
export interface Payment {
  /** Price of one payment; undefined where a function of the request names it. */
  readonly sats: number | undefined
  /** Calls that it admits. */
  readonly uses: number
}

const MOST_CALLS = 1_000_000

/** @throws UsageError, and Error for a file that cannot be read */
export async function readCostRequest(flags: CostFlags): Promise<CostRequest> {
  const { work, pay } = flags.policy === undefined ? readTerms(flags) : await readPolicy(flags)
  if (work === undefined && pay === undefined) {
    throw new UsageError('Say what is to be priced: --difficulty 4, --sats 10, both, or --policy <file>.')
  }
  return {
    work,
    pay,
    calls: readWhole('--calls', flags.calls, 1, MOST_CALLS),
    btcUsd: readAbove0('--btc-usd', flags.btcUsd, 100_000_000),
    coreHourUsd: readAbove0('--core-hour-usd', flags.coreHourUsd, 1000),
  }
}

function readTerms({ difficulty, sats, quota, adaptive }: CostFlags): Pick<CostRequest, 'work' | 'pay'> {
  const terms = {
    ...(quota === undefined ? {} : { quota: quota === false ? quota : readQuota(quota) }),
    ...(adaptive ? {} : { adaptive: false as const }),
  }
  return {
    work: difficulty === undefined ? undefined : pow(readNumber('--difficulty', difficulty, 0.25, 8), terms),
    pay: sats === undefined ? undefined : { sats: readSats('--sats', sats, 1), uses: 1 },
  }
}

/** Its shape alone; whether it is a window, the terms check. */
function readQuota(text: string): Windows {
  const [, limit, amount, unit] = /^(\d+)\/(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  if (unit !== 'ms' && unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd')
    throw new UsageError(`--quota must be a window such as 60/1m, not "${text}".`)
  return `${Number(limit)}/${Number(amount)}${unit}`
}

async function readPolicy(flags: CostFlags): Promise<Pick<CostRequest, 'work' | 'pay'>> {
  const { policy = '', difficulty, sats, quota, adaptive } = flags
  if ([difficulty, sats, quota].some((flag) => flag !== undefined) || !adaptive) {
    throw new UsageError('--policy says it all; leave --difficulty, --sats, --quota and --no-... out.')
  }
  const leaves = leavesOf(await readPolicyFile(policy))
  const lightning = leaves.find(({ rail }) => rail === 'lightning')
  return {
    work: leaves.find(({ rail }) => rail === 'pow'),
    pay: lightning === undefined ? undefined : paymentOf(lightning.terms),
  }
}

function paymentOf(terms: unknown): Payment {
  const member = (name: string): unknown =>
    typeof terms === 'object' && terms !== null ? Reflect.get(terms, name) : undefined
  const sats = member('amountSats')
  const uses = member('uses')
  return { sats: typeof sats === 'number' ? sats : undefined, uses: typeof uses === 'number' ? uses : 1 }
}
