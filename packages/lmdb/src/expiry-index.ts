import type { Table } from './shelf.ts'

/** First letter of the index' keys: letter, second in ten digits, key of the record. So they stand in order of time. */
const LETTER = 'x'
const DIGITS = 10
const LAST_SECOND = 9_999_999_999
/** An empty value would do, but the driver wants an address. */
const NOTHING = Buffer.of(0)

/** A record that was to be looked at again by now. */
export interface DueEntry {
  readonly key: string
  readonly recordKey: string
}

/**
 * When to look at each record again. An entry is made with its record and moved only when its time has come, so a busy
 * record costs nothing; one that lives longer than thought is looked at again later. Whole seconds, rounded up.
 */
export class ExpiryIndex {
  readonly #table: Table
  /** The second in which nothing more is due: new entries are for later ones. */
  #quietSecond = -1

  constructor(table: Table) {
    this.#table = table
  }

  add(recordKey: string, endMs: number): void {
    this.#table.putSync(entryKey(Math.ceil(endMs / 1000), recordKey), NOTHING)
  }

  remove(entry: DueEntry): void {
    this.#table.removeSync(entry.key)
  }

  /** @returns the oldest entries whose time has come, at most so many */
  due(nowMs: number, most: number): readonly DueEntry[] {
    const second = Math.floor(nowMs / 1000)
    if (second === this.#quietSecond) return []
    const range = { start: LETTER, end: entryKey(second + 1, ''), limit: most }
    const entries = Array.from(this.#table.getKeys(range), (key) => ({
      key,
      recordKey: key.slice(1 + DIGITS),
    }))
    if (entries.length === 0) this.#quietSecond = second
    return entries
  }
}

function entryKey(second: number, recordKey: string): string {
  return LETTER + String(Math.min(second, LAST_SECOND)).padStart(DIGITS, '0') + recordKey
}
