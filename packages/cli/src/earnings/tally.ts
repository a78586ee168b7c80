import type { AuditLine, Movement } from './audit-line.ts'

/** What one kind of caller brought in on one day with one resource. */
export interface Earnings {
  /** `YYYY-MM-DD` in UTC. */
  readonly day: string
  readonly resource: string
  readonly callerClass: string
  /** Invoices that went out. */
  minted: number
  /** Payments that arrived, and what they came to. */
  settled: number
  settledMsat: number
  /** Uses that were served, and their share of the payments. */
  kept: number
  keptMsat: number
  /** Uses that failed and are free again. */
  givenBack: number
  /** Uses that failed once more than may be given back: taken all the same. */
  exhausted: number
  /** Uses that were served twice, because a lease had lapsed. */
  overlap: number
  /** Kept uses whose price is nowhere in the log; not in `keptMsat`. */
  unpriced: number
}

/** Adds up the lines of audit logs, in the order in which they were written. */
export interface Tally {
  readonly add: (line: AuditLine) => void
  /** By day, then resource, then class. */
  readonly rows: () => readonly Readonly<Earnings>[]
}

/** What is known of one payment. */
interface Sale {
  msat?: number
  uses?: number
  isSettled: boolean
}

/** An empty one. */
export function createTally(): Tally {
  const rows = new Map<string, Earnings>()
  const sales = new Map<string, Sale>()

  function rowOf({ day, resource, callerClass }: AuditLine): Earnings {
    const key = JSON.stringify([day, resource, callerClass])
    const known = rows.get(key)
    if (known !== undefined) return known
    const row = { day, resource, callerClass, ...NOTHING }
    rows.set(key, row)
    return row
  }

  /** Lines of resumed calls name no price; earlier ones of the same payment do. */
  function saleOf({ gate, payment, msat, uses }: AuditLine): Sale {
    const key = `${gate} ${payment}`
    const sale = sales.get(key) ?? { isSettled: false }
    if (msat !== undefined) sale.msat = msat
    if (uses !== undefined) sale.uses = uses
    sales.set(key, sale)
    return sale
  }

  return {
    add(line) {
      const sale = saleOf(line)
      if (line.movement !== 'claimed') ENTER[line.movement](rowOf(line), sale)
    },
    rows: () =>
      [...rows.values()].toSorted(
        (a, b) =>
          compare(a.day, b.day) || compare(a.resource, b.resource) || compare(a.callerClass, b.callerClass),
      ),
  }
}

/** The sum of several rows. */
export function sumOf(rows: readonly Readonly<Earnings>[]): typeof NOTHING {
  const sum = { ...NOTHING }
  for (const row of rows) for (const name of COLUMNS) sum[name] += row[name]
  return sum
}

const NOTHING = {
  minted: 0,
  settled: 0,
  settledMsat: 0,
  kept: 0,
  keptMsat: 0,
  givenBack: 0,
  exhausted: 0,
  overlap: 0,
  unpriced: 0,
}
const COLUMNS = [
  'minted',
  'settled',
  'settledMsat',
  'kept',
  'keptMsat',
  'givenBack',
  'exhausted',
  'overlap',
  'unpriced',
] as const

/** What each movement adds; a claim waits for its end. */
const ENTER: Readonly<Record<Exclude<Movement, 'claimed'>, (row: Earnings, sale: Sale) => void>> = {
  minted: (row) => void (row.minted += 1),
  settled(row, sale) {
    // Several processes may have seen the same payment arrive.
    if (sale.isSettled) return
    sale.isSettled = true
    row.settled += 1
    row.settledMsat += sale.msat ?? 0
  },
  kept(row, { msat, uses }) {
    row.kept += 1
    if (msat === undefined || uses === undefined) row.unpriced += 1
    else row.keptMsat += msat / uses
  },
  givenBack: (row) => void (row.givenBack += 1),
  exhausted: (row) => void (row.exhausted += 1),
  overlap: (row) => void (row.overlap += 1),
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
