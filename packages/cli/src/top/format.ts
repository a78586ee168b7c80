import { formatCount, formatDuration } from '../quantity.ts'
import { formatTable, type Paint, printable } from '../terminal.ts'
import type { Counts, DecisionTimes, PolicyLine, StatusDocument } from './status-document.ts'

/** A screen has some forty lines. */
const MOST_POLICIES = 15
const MOST_CODES = 8
const MOST_WAYS = 8

/** A status for people: figures of all policies, then each policy, then refusals by code. */
export function formatStatus(status: StatusDocument, { bold, dim, red, yellow }: Paint): string {
  const { policies, warnings, store, faults } = status
  const troubles = [
    store.failures > 0
      ? `store failures ${formatCount(store.failures)}, ${formatCount(store.failuresLastMinute)} in the last minute`
      : '',
    faults > 0 ? `faults ${formatCount(faults)}` : '',
  ].filter((text) => text !== '')
  return [
    `${bold(printable(status.gate))}  ${sinceOf(status)}\n`,
    `${totalsOf(policies)}\n`,
    `${timesOf(status.decisionTimes)}\n`,
    troubles.length === 0 ? '' : `${red(troubles.join('; '))}\n`,
    warnings.length === 0
      ? ''
      : `${yellow(`warnings: ${warnings.map(({ code, times }) => `${printable(code)} ${times}`).join(', ')}`)}\n`,
    '\n',
    policyTable(policies, dim),
    codeTable('refused', policies, ({ refused }) => refused, dim),
    codeTable('would be refused', policies, ({ observed }) => observed, dim),
  ].join('')
}

function sinceOf({ since, at }: StatusDocument): string {
  const ms = Date.parse(at) - Date.parse(since)
  return Number.isNaN(ms)
    ? printable(at)
    : `${printable(at)}, counting for ${formatDuration(Math.max(0, ms))}`
}

function totalsOf(policies: readonly PolicyLine[]): string {
  const sum = (of: (policy: PolicyLine) => number) =>
    policies.reduce((total, policy) => total + of(policy), 0)
  return [
    `admitted ${perSecond(sum(({ lastMinute }) => lastMinute.admitted))}`,
    `refused ${perSecond(sum(({ lastMinute }) => lastMinute.refused))}`,
    `would refuse ${perSecond(sum(({ lastMinute }) => lastMinute.observed))}`,
    `in flight ${formatCount(sum(({ inFlight }) => inFlight))}`,
    `sats received ${formatSats(sum(({ satsReceived }) => satsReceived))}, earned ${formatSats(sum(({ satsEarned }) => satsEarned))}`,
  ].join('  ')
}

function timesOf(times: DecisionTimes | undefined): string {
  if (times === undefined) return 'no decision yet'
  const { of, p50Ms, p95Ms, p99Ms } = times
  return `decisions: half within ${milliseconds(p50Ms)}, 95 % ${milliseconds(p95Ms)}, 99 % ${milliseconds(p99Ms)} (of the latest ${formatCount(of)})`
}

/** Busiest first. */
function policyTable(policies: readonly PolicyLine[], dim: Paint['dim']): string {
  if (policies.length === 0) return 'No calls yet.\n'
  const busiest = policies.toSorted((a, b) => callsOf(b) - callsOf(a))
  const rows = busiest
    .slice(0, MOST_POLICIES)
    .map((line) => [
      printable(line.policy),
      perSecond(line.lastMinute.admitted),
      perSecond(line.lastMinute.refused),
      formatCount(line.inFlight),
      waysOf(line),
    ])
  const left = busiest.length - rows.length
  const table = formatTable([
    ['policy', 'admitted', 'refused', 'in flight', 'admitted in all, by way'],
    ...rows,
  ])
  return withDimHead(table, dim) + (left > 0 ? `and ${formatCount(left)} more\n` : '')
}

function waysOf({ admitted }: PolicyLine): string {
  const ways = [...admitted].slice(0, MOST_WAYS)
  return ways.map(([way, count]) => `${printable(way)} ${formatCount(count)}`).join('  ')
}

function codeTable(
  title: string,
  policies: readonly PolicyLine[],
  countsOf: (policy: PolicyLine) => Counts,
  dim: Paint['dim'],
): string {
  const rows = policies
    .flatMap((line) => [...countsOf(line)].map(([code, count]) => ({ policy: line.policy, code, count })))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_CODES)
    .map(({ policy, code, count }) => [printable(code), printable(policy), formatCount(count)])
  return rows.length === 0 ? '' : `\n${withDimHead(formatTable([[title, 'policy', 'calls'], ...rows]), dim)}`
}

function withDimHead(table: string, dim: Paint['dim']): string {
  const end = table.indexOf('\n')
  return dim(table.slice(0, end)) + table.slice(end)
}

function callsOf({ lastMinute, admitted }: PolicyLine): number {
  const inAll = [...admitted.values()].reduce((sum, count) => sum + count, 0)
  // What happens now comes first; what happened before orders the rest.
  return (lastMinute.admitted + lastMinute.refused) * 1e9 + inAll
}

function perSecond(inAMinute: number): string {
  return `${(inAMinute / 60).toLocaleString('en-US', { maximumFractionDigits: inAMinute < 600 ? 2 : 0 })}/s`
}

function formatSats(sats: number): string {
  return sats.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

function milliseconds(value: number): string {
  return `${value.toLocaleString('en-US', { maximumSignificantDigits: 3 })} ms`
}
