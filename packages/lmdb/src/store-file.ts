import { TurnpikeError } from '@turnpike/core'
import { open } from 'lmdb'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { faultOfFile } from './file-header.ts'
import { createFlusher } from './flusher.ts'
import { createGauge } from './gauge.ts'
import type { Sync } from './options.ts'
import { CorruptRecord, RecordReader, RecordWriter } from './record-codec.ts'
import { createReserve } from './reserve.ts'
import type { Reserve } from './reserve.ts'
import type { Table } from './shelf.ts'
import { openTurnstile } from './turnstile.ts'
import type { Turnstile } from './turnstile.ts'

/** The file, open: one table, and transactions that no other process can come between. */
export interface StoreFile {
  readonly table: Table
  /** When the file was made: its memory begins there (R15). */
  readonly beganMs: number
  /** Do the live records fill `maxBytes`? Asked about newcomers only. */
  readonly isFull: boolean
  /**
   * Runs work that no other process can come between; all of it is written, or nothing.
   * @throws what the work throws, or the driver: nothing is written then
   */
  transact<Result>(work: () => Result): Result
  /** Sees to it that the transaction at hand finds so many new pages. @throws Error when the disk is full */
  assure(pages: number): void
  close(): Promise<void>
}

export interface StoreFileOptions {
  readonly sync: Sync
  readonly maxBytes: number
  readonly nowMs: number
}

const FORMAT_KEY = 'm'
const FIRST_PAGES = 16
/** Address space, not memory: mapped once, because a map that grows is mapped anew in every process. */
const MAP_PER_BYTE = 2

/** @throws TurnpikeError `store_unusable` */
export function openStoreFile(path: string, options: StoreFileOptions): StoreFile {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const turnstile = openTurnstile(`${path}-turnstile`)
    return turnstile.pass(() => fileOf(path, turnstile, options))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TurnpikeError('store_unusable', `lmdbStore() cannot use the file '${path}': ${reason}`, {
      cause,
    })
  }
}

function fileOf(path: string, turnstile: Turnstile, { sync, maxBytes, nowMs }: StoreFileOptions): StoreFile {
  const table = openTable(path, sync, maxBytes)
  // A descriptor of our own. Closing it drops no locks: those of LMDB are on the file beside.
  const descriptor = openSync(path, 'r+')
  const reserve = createReserve(descriptor)
  const beganMs = table.transactionSync(() => readBeginning(table) ?? begin(table, reserve, nowMs))
  const isFull = createGauge(table, maxBytes)
  const flusher = sync === 'everySecond' ? createFlusher(path, descriptor) : undefined
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    await flusher?.close()
    await table.close()
    await turnstile.close()
    closeSync(descriptor)
  }

  return {
    table,
    beganMs,
    assure: (pages) => reserve.assure(pages),
    get isFull() {
      return isFull()
    },
    transact(work) {
      const result = turnstile.pass(() => table.transactionSync(work))
      flusher?.wrote()
      return result
    },
    close: async () => await (closing ??= close()),
  }
}

function openTable(path: string, sync: Sync, maxBytes: number): Table {
  const fault = faultOfFile(path)
  if (fault !== undefined) throw new CorruptRecord(fault)
  return open<Buffer, string>({
    path,
    encoding: 'binary',
    noSubdir: true,
    // Not overlapping: its flushes would run within every commit of ours, in this thread.
    overlappingSync: false,
    noSync: sync === 'everySecond',
    mapSize: MAP_PER_BYTE * maxBytes,
  })
}

function readBeginning(table: Table): number | undefined {
  const bytes = table.getBinaryFast(FORMAT_KEY)
  if (bytes === undefined) {
    if (table.getKeysCount({ limit: 1 }) > 0) throw new CorruptRecord('it holds something else')
    return undefined
  }
  const reader = new RecordReader()
  reader.begin(bytes)
  return reader.time()
}

function begin(table: Table, reserve: Reserve, nowMs: number): number {
  reserve.assure(FIRST_PAGES)
  const writer = new RecordWriter()
  writer.begin()
  writer.time(nowMs)
  table.putSync(FORMAT_KEY, writer.end())
  return nowMs
}
