import type { WindowReport } from '@turnpike/core'
import { formatCount, formatDuration } from '../quantity.ts'
import { formatTable, type Paint, printable } from '../terminal.ts'
import type { CallerRequest } from './request.ts'

/** Head of what `--json` prints. */
export interface CallerJson {
  readonly gate: string
  /** The address as it is counted, or `class:id`. */
  readonly caller: string
}

/** Whom it is about, for programs. */
export function callerJson({ gateName, shown }: CallerRequest): CallerJson {
  return { gate: gateName, caller: shown }
}

/** What a caller has used, for people. Limits are not in the store: policies have them. */
export function formatInspected(
  request: CallerRequest,
  windows: readonly WindowReport[],
  { bold, dim }: Paint,
): string {
  const { gateName, shown } = request
  const head = `${bold(printable(shown))} at the gate ${bold(gateName)}\n`
  if (windows.length === 0) return `${head}${NOTHING}\n`
  const table = formatTable([
    ['window', 'length', 'used', 'next is free', 'all are free'],
    ...windows.map(rowOf),
  ])
  const [title = '', ...rows] = table.split('\n')
  return [head, `${dim(title)}\n`, rows.join('\n')].join('')
}

/** What was done. */
export function formatReset({ gateName, shown }: CallerRequest, forgotten: readonly WindowReport[]): string {
  const whom = `${printable(shown)} at the gate ${gateName}`
  if (forgotten.length === 0) return `Nothing to forget for ${whom}. ${NOTHING}\n`
  const what = forgotten.map((window) => `${nameOf(window)}: ${formatCount(window.used)} used`).join(', ')
  return `Forgot what ${whom} has used (${what}). Spent solutions and payments stay spent.\n`
}

const NOTHING =
  'Nothing is counted. If that is a surprise, check the name of the gate, the prefix, and how caller() names the caller.'

function rowOf(window: WindowReport): readonly string[] {
  const { windowMs, used, nextMs, fullMs } = window
  return [nameOf(window), formatDuration(windowMs), formatCount(used), inTime(nextMs), inTime(fullMs)]
}

function inTime(ms: number): string {
  return ms === 0 ? 'now' : `in ${formatDuration(Math.ceil(ms / 1000) * 1000)}`
}

/**
 * Role and policy of a window, from an id such as `free 60000 psearch`: after role and length come `#` and the place of an
 * unnamed policy, or `p` and its name, or `r` and a route.
 */
function nameOf({ id }: WindowReport): string {
  const [, role, base = ''] = /^([a-z-]+) \d+(?: [#prt]?(.*))?$/s.exec(id) ?? []
  return printable(role === undefined ? id : `${role} ${base}`.trim())
}
