import { EXIT, UsageError } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { paintFor } from '../terminal.ts'
import { formatEarnings } from './format.ts'
import { readLogFile, type Unread } from './log-file.ts'
import { createTally, sumOf } from './tally.ts'

/** The options of `turnpike earnings`, as typed. */
export interface EarningsFlags {
  readonly since?: string
  readonly until?: string
  readonly json?: boolean
}

/**
 * `turnpike earnings`: sums of audit logs.
 * @throws UsageError, and Error for a file that cannot be read
 */
export async function earningsCommand(
  paths: readonly string[],
  flags: EarningsFlags,
  io: Io,
): Promise<number> {
  const since = readDay('--since', flags.since) ?? ''
  const until = readDay('--until', flags.until) ?? '9999-12-31'
  const tally = createTally()
  const unread: Unread = { unknown: 0, torn: 0 }
  for (const path of paths) {
    const { unknown, torn } = await readLogFile(path, tally.add)
    unread.unknown += unknown
    unread.torn += torn
  }
  const rows = tally.rows().filter(({ day }) => day >= since && day <= until)
  io.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ rows, total: sumOf(rows), unread })}\n`
      : formatEarnings(rows, unread, paintFor(io.stdout, io.env)),
  )
  return EXIT.ok
}

function readDay(flag: string, text: string | undefined): string | undefined {
  if (text === undefined || isDay(text)) return text
  throw new UsageError(`${flag} must be a day such as 2026-11-23, not "${text}".`)
}

/** Also one that the calendar has: of February 31 `Date` makes March 3. */
function isDay(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}
