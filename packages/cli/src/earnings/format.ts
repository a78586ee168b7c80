import { formatCount } from '../quantity.ts'
import { formatTable, type Paint, printable } from '../terminal.ts'
import { type Earnings, sumOf } from './tally.ts'
import type { Unread } from './log-file.ts'

const TITLES = ['day', 'resource', 'class', 'invoices', 'paid', 'sats', 'served', 'sats', 'given back']

/** The sums for people. */
export function formatEarnings(
  rows: readonly Readonly<Earnings>[],
  unread: Unread,
  { dim, bold }: Paint,
): string {
  const notes = notesOn(rows, unread)
  if (rows.length === 0) return `Nothing was sold.\n${notes}`
  const total = ['total', '', '', ...figuresOf(sumOf(rows))]
  const lines = rows.map((row) => [
    row.day,
    printable(row.resource),
    printable(row.callerClass),
    ...figuresOf(row),
  ])
  const table = formatTable([TITLES, ...lines, total])
    .trimEnd()
    .split('\n')
  const [head = '', ...body] = table
  const last = body.pop() ?? ''
  return `${[dim(head), ...body, bold(last)].join('\n')}\n${notes}`
}

type Figures = Omit<Earnings, 'day' | 'resource' | 'callerClass'>

function figuresOf({ minted, settled, settledMsat, kept, keptMsat, givenBack }: Figures): readonly string[] {
  return [
    formatCount(minted),
    formatCount(settled),
    sats(settledMsat),
    formatCount(kept),
    sats(keptMsat),
    formatCount(givenBack),
  ]
}

function notesOn(rows: readonly Readonly<Earnings>[], { unknown, torn }: Unread): string {
  const { exhausted, overlap, unpriced } = sumOf(rows)
  const notes: readonly (readonly [number, string])[] = [
    [exhausted, 'uses failed too often to be given back once more.'],
    [overlap, 'uses were served twice, because a lease had lapsed.'],
    [unpriced, 'served uses have no price in these logs, and are not in the sats.'],
    [unknown, 'lines are of no kind that this command knows, and are left out.'],
    [torn, 'last lines are incomplete, and are left out.'],
  ]
  return notes
    .filter(([many]) => many > 0)
    .map(([many, words]) => `${formatCount(many)} ${words}\n`)
    .join('')
}

function sats(msat: number): string {
  return (msat / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 })
}
