import { formatCount, formatDuration } from '../quantity.ts'
import { formatTable, type Paint } from '../terminal.ts'
import type { CallerEstimate, Estimate, PayEstimate, WorkEstimate } from './estimate.ts'
import type { CostRequest } from './request.ts'

/** The estimate for people, advice last. */
export function formatEstimate(
  { calls, work, pay }: Estimate,
  advice: readonly string[],
  { btcUsd, coreHourUsd }: CostRequest,
  paint: Paint,
): string {
  return [
    ...(work === undefined ? [] : [formatWork(work, calls, paint)]),
    ...(pay === undefined ? [] : [formatPay(pay, calls, paint)]),
    paint.dim(
      `Assumed: $${coreHourUsd} for a core and hour, $${formatCount(btcUsd)} for a bitcoin, average luck, no free allowance.\n`,
    ),
    ...advice.map((line) => `${paint.yellow('Warning:')} ${line}\n`),
  ].join('\n')
}

function formatWork(work: WorkEstimate, calls: number, { bold, dim }: Paint): string {
  const head = `${bold('Work')}: ${formatCount(Math.round(work.hashesPerCall))} hashes a call. ${formatCount(calls)} calls:\n`
  const rows = work.callers.map((caller) => rowOf(caller, calls))
  const titles = ['caller', 'addresses', 'machine', 'each', 'all take', 'costs']
  const [title = '', ...lines] = formatTable([titles, ...rows]).split('\n')
  return `${head}${dim(title)}\n${lines.join('\n')}${inWords(work, calls)}`
}

function rowOf(caller: CallerEstimate, calls: number): readonly string[] {
  const { kind, identities, machine, workSeconds, elapsedSeconds, usd } = caller
  return [
    kind,
    formatCount(identities),
    machine,
    formatShort((workSeconds * 1000) / calls),
    formatDuration(elapsedSeconds * 1000),
    usd === undefined ? '-' : formatUsd(usd),
  ]
}

/** What the table means. */
function inWords({ windowSeconds, callers }: WorkEstimate, calls: number): string {
  const crowd = callers.findLast(({ usd, identities }) => usd !== undefined && identities > 1)
  const one =
    windowSeconds < 1
      ? `Nothing but the work holds one caller back from ${formatCount(calls)} calls at once.`
      : `One caller cannot make ${formatCount(calls)} calls in less than ${formatDuration(windowSeconds * 1000)}, however fast it solves.`
  if (crowd === undefined) return `${one}\n`
  const many = `With ${formatCount(crowd.identities)} addresses they take ${formatDuration(crowd.elapsedSeconds * 1000)} and ${formatUsd(crowd.usd ?? 0)}`
  return `${one} ${many}: work slows down those who are few, and is no price for those who are many.\n`
}

function formatPay(
  { sats, uses, usdPerCall, totalSats, totalUsd }: PayEstimate,
  calls: number,
  { bold }: Paint,
): string {
  if (sats === undefined || usdPerCall === undefined || totalSats === undefined || totalUsd === undefined)
    return `${bold('Pay')}: a price that depends on the request.\n`
  const each =
    uses === 1
      ? `${formatCount(sats)} sats a call`
      : `${formatCount(sats)} sats for ${formatCount(uses)} calls`
  return `${bold('Pay')}: ${each} (${formatUsd(usdPerCall)} each). ${formatCount(calls)} calls: ${formatCount(totalSats)} sats, ${formatUsd(totalUsd)}, whoever calls.\n`
}

function formatShort(ms: number): string {
  if (ms >= 10) return formatDuration(ms)
  return `${ms.toLocaleString('en-US', { minimumSignificantDigits: 2, maximumSignificantDigits: 2 })} ms`
}

/** Two digits below a dollar, cents above: `$0.000034`, `$12.50`. */
function formatUsd(usd: number): string {
  if (usd === 0) return '$0'
  if (usd >= 1)
    return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
  return `$${usd.toLocaleString('en-US', { maximumSignificantDigits: 2 })}`
}
