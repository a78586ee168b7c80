import type { RecordBook } from '@turnpike/core'
import type { Database } from 'lmdb'
import type { RecordCodec, RecordReader, RecordWriter } from './record-codec.ts'

/** The one table of a file: texts as keys, packed records as values. */
export type Table = Database<Buffer, string>

/** Is there room for newcomers, and can some be made (R18)? */
export interface Room {
  readonly isFull: boolean
  /** @returns whether something expired was forgotten */
  makeRoom(nowMs: number): boolean
}

/** One kind of record. */
export interface RecordKind<Value> {
  /** First letter of its keys in the table. */
  readonly letter: string
  readonly codec: RecordCodec<Value>
  /** When a record may be forgotten, as things stand now. */
  readonly endMs: (value: Value) => number
}

/** A record that is to be written; `newUntilMs`, when it may be forgotten, is set for those that the table did not have. */
export interface PendingRecord {
  readonly key: string
  readonly bytes: Buffer
  readonly newUntilMs: number | undefined
}

/** What a shelf knows of a key while a transaction lasts. */
interface Slot<Value> {
  readonly tableKey: string
  value: Value | undefined
  isFiled: boolean
}

/**
 * The records of one kind, as one transaction sees them: each is read and unpacked once, changed in place, and packed
 * again when it is to be written. `clear` at the start of each transaction, because other processes write too.
 */
export class Shelf<Value> implements RecordBook<Value> {
  readonly #table: Table
  readonly #kind: RecordKind<Value>
  readonly #room: Room
  readonly #reader: RecordReader
  readonly #slots = new Map<string, Slot<Value>>()
  /** Keys that the operation at hand has looked at; some of them twice. */
  readonly touched: string[] = []

  constructor(table: Table, kind: RecordKind<Value>, room: Room, reader: RecordReader) {
    this.#table = table
    this.#kind = kind
    this.#room = room
    this.#reader = reader
  }

  get letter(): string {
    return this.#kind.letter
  }

  get isFull(): boolean {
    return this.#room.isFull
  }

  makeRoom(nowMs: number): boolean {
    return this.#room.makeRoom(nowMs)
  }

  /** @throws CorruptRecord */
  get(key: string): Value | undefined {
    return this.#slot(key).value
  }

  add(key: string, value: Value): void {
    this.#slot(key).value = value
  }

  /** Forgets a record, also one that cannot be read. */
  remove(key: string): void {
    this.#slots.delete(key)
    this.#table.removeSync(this.#kind.letter + key)
  }

  /** Forgets what the transaction knows. */
  clear(): void {
    this.#slots.clear()
    this.touched.length = 0
  }

  /** Begins an operation. */
  begin(): void {
    this.touched.length = 0
  }

  /** Takes back what an operation did to its copies: the table still has what was there before. */
  forgetTouched(): void {
    for (const key of this.touched) this.#slots.delete(key)
  }

  /** @returns the record packed, to be written in this transaction; undefined when there is none. */
  pack(key: string, writer: RecordWriter): PendingRecord | undefined {
    const slot = this.#slot(key)
    const { tableKey, value, isFiled } = slot
    if (value === undefined) return undefined
    writer.begin()
    this.#kind.codec.write(writer, value)
    slot.isFiled = true
    return {
      key: tableKey,
      bytes: writer.end(),
      newUntilMs: isFiled ? undefined : this.#kind.endMs(value),
    }
  }

  /** @returns when the record may be forgotten; undefined when there is none. @throws CorruptRecord */
  endOf(key: string): number | undefined {
    const value = this.get(key)
    return value === undefined ? undefined : this.#kind.endMs(value)
  }

  #slot(key: string): Slot<Value> {
    this.touched.push(key)
    const known = this.#slots.get(key)
    if (known) return known
    const tableKey = this.#kind.letter + key
    const bytes = this.#table.getBinaryFast(tableKey)
    const slot = { tableKey, value: bytes && this.#unpack(bytes), isFiled: bytes !== undefined }
    this.#slots.set(key, slot)
    return slot
  }

  /** Reads where the bytes lie: they are good until the next read. */
  #unpack(bytes: Buffer): Value {
    this.#reader.begin(bytes)
    const value = this.#kind.codec.read(this.#reader)
    this.#reader.end()
    return value
  }
}
