import { StoreClaims, StoreDecisions } from '@turnpike/core'
import type { ClaimRecord, HeldCall } from '@turnpike/core'
import { credentialCodec, endOfCredential } from './credential-record.ts'
import { ExpiryIndex } from './expiry-index.ts'
import type { DueEntry } from './expiry-index.ts'
import { FiledWindows } from './filed-windows.ts'
import { endOfHolder, holderCodec } from './holder-record.ts'
import type { HolderRecord } from './holder-record.ts'
import { holdCodec } from './hold-record.ts'
import { RecordReader, RecordWriter } from './record-codec.ts'
import { Shelf } from './shelf.ts'
import type { PendingRecord, Room, Table } from './shelf.ts'
import type { StoreFile } from './store-file.ts'

/** Keys of the records that an operation has changed. */
export interface Changes {
  readonly holders: Iterable<string>
  readonly credentials: Iterable<string>
  readonly holds: Iterable<string>
}

/** A shelf whatever is on it. */
type AnyShelf = Pick<
  Shelf<never>,
  'letter' | 'clear' | 'begin' | 'forgetTouched' | 'endOf' | 'remove' | 'pack'
>

/** Index entries looked at in every transaction, and twice as many as it adds: so the file does not grow without bound. */
const LOOKS = 4
const LOOKS_PER_RECORD = 2
/** Looked at when a newcomer finds the file full. Bounded, so that a flood cannot buy long scans. */
const LOOKS_WHEN_FULL = 256
/**
 * New pages of a transaction, on the safe side: the ways from the root and the list of free pages; then the leaf of each
 * entry, and one more where it splits.
 */
const PAGES_OF_EACH = 128
const PAGES_PER_ENTRY = 2
const LEAST_PAGE_BYTES = 4096

/** All records of the file as one transaction after the other sees them. Only to be used within `store.transact`. */
export class Ledger implements Room {
  readonly windows: FiledWindows
  readonly claims: StoreClaims
  readonly decisions: StoreDecisions
  readonly holders: Shelf<HolderRecord>
  readonly #file: StoreFile
  readonly #table: Table
  readonly #credentials: Shelf<ClaimRecord>
  readonly #holds: Shelf<HeldCall>
  readonly #index: ExpiryIndex
  readonly #writer = new RecordWriter()
  readonly #shelves: readonly AnyShelf[]
  #added = 0
  #pages = 0

  constructor(file: StoreFile) {
    const reader = new RecordReader()
    const { table } = file
    this.#file = file
    this.#table = table
    this.#index = new ExpiryIndex(table)
    this.holders = new Shelf(table, { letter: 'w', codec: holderCodec, endMs: endOfHolder }, this, reader)
    const credential = { letter: 'c', codec: credentialCodec, endMs: endOfCredential }
    this.#credentials = new Shelf(table, credential, this, reader)
    const hold = { letter: 'h', codec: holdCodec, endMs: ({ endMs }: HeldCall) => endMs }
    this.#holds = new Shelf(table, hold, this, reader)
    this.#shelves = [this.holders, this.#credentials, this.#holds]
    this.windows = new FiledWindows(this.holders)
    this.claims = new StoreClaims(this.#credentials, this.#holds, file.beganMs)
    this.decisions = new StoreDecisions(this.windows, this.claims)
  }

  get isFull(): boolean {
    return this.#file.isFull
  }

  makeRoom(nowMs: number): boolean {
    return this.#sweep(LOOKS_WHEN_FULL, nowMs) > 0
  }

  /** Begins a transaction: what was known before may have been changed by other processes. */
  open(): void {
    for (const shelf of this.#shelves) shelf.clear()
    this.#added = 0
    this.#pages = PAGES_OF_EACH
  }

  /** Begins one operation of a transaction. */
  begin(): void {
    this.#writer.reset()
    for (const shelf of this.#shelves) shelf.begin()
  }

  /** Undoes an operation of which nothing is written yet. */
  undo(): void {
    for (const shelf of this.#shelves) shelf.forgetTouched()
  }

  /** Everything that the operation has looked at. */
  touched(): Changes {
    return {
      holders: new Set(this.holders.touched),
      credentials: new Set(this.#credentials.touched),
      holds: new Set(this.#holds.touched),
    }
  }

  /** Packs what an operation has changed. Writing it comes last, so that nothing is half applied (R14). */
  pack({ holders, credentials, holds }: Changes): readonly PendingRecord[] {
    const records: PendingRecord[] = []
    this.#packFrom(this.holders, holders, records)
    this.#packFrom(this.#credentials, credentials, records)
    this.#packFrom(this.#holds, holds, records)
    return records
  }

  /** @throws what the driver throws: the transaction is over then */
  write(records: readonly PendingRecord[]): void {
    for (const { key, bytes, newUntilMs } of records) {
      this.#table.putSync(key, bytes)
      this.#pages += PAGES_PER_ENTRY + Math.floor(bytes.length / LEAST_PAGE_BYTES)
      if (newUntilMs === undefined) continue
      this.#added += 1
      this.#pages += PAGES_PER_ENTRY
      this.#index.add(key, newUntilMs)
    }
  }

  /**
   * Ends a transaction: pays for the records that it added. Pages are written when it is committed, so this is the
   * moment to ask for them.
   * @throws Error when the disk is full
   */
  close(nowMs: number): void {
    this.#sweep(LOOKS + LOOKS_PER_RECORD * this.#added, nowMs)
    this.#file.assure(this.#pages)
  }

  #packFrom(shelf: AnyShelf, keys: Iterable<string>, records: PendingRecord[]): void {
    for (const key of keys) {
      const record = shelf.pack(key, this.#writer)
      if (record) records.push(record)
    }
  }

  /** @returns how many records were forgotten */
  #sweep(looks: number, nowMs: number): number {
    return this.#index.due(nowMs, looks).filter((entry) => this.#isForgotten(entry, nowMs)).length
  }

  #isForgotten(entry: DueEntry, nowMs: number): boolean {
    const [letter, key] = [entry.recordKey.slice(0, 1), entry.recordKey.slice(1)]
    const shelf = this.#shelves.find((candidate) => candidate.letter === letter)
    this.#index.remove(entry)
    this.#pages += 2 * PAGES_PER_ENTRY
    const endMs = shelf && readableEnd(shelf, key)
    if (endMs === undefined) return false
    if (endMs > nowMs) this.#index.add(entry.recordKey, endMs)
    else shelf?.remove(key)
    return endMs <= nowMs
  }
}

/** A record that cannot be read may hold something spent: it stays, and whoever asks for it learns that it is corrupt. */
function readableEnd(shelf: AnyShelf, key: string): number | undefined {
  try {
    return shelf.endOf(key)
  } catch {
    return undefined
  }
}
