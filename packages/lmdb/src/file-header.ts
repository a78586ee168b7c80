import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'

/** LMDB writes its two meta pages at once; a file between nothing and these is cut off. */
const LEAST_BYTES = 8192
/** Where the first meta page has its magic number, and behind it the version of the format (mdb.c, MDB_meta). */
const MAGIC_AT = 24
const MAGIC = 0xbeefc0de
const FORMAT = 2

/**
 * Is there an LMDB file, or nothing yet? The driver maps what it is given into memory without looking at it first, and
 * brings the process down where that is something else.
 *
 * @returns what is wrong with it; undefined when it may be opened
 */
export function faultOfFile(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  const descriptor = openSync(path, 'r')
  try {
    const { size } = fstatSync(descriptor)
    const head = Buffer.alloc(32)
    readSync(descriptor, head)
    if (size === 0) return undefined
    if (head.readUInt32LE(MAGIC_AT) !== MAGIC) return 'it is no LMDB file'
    if (head.readUInt16LE(MAGIC_AT + 4) !== FORMAT) return 'it is of another version of LMDB'
    return size < LEAST_BYTES ? 'it was cut off' : undefined
  } finally {
    closeSync(descriptor)
  }
}

/** What the last transaction left, whichever process it was of. */
export interface FileHead {
  readonly pageSize: number
  /** The highest page that was ever in use. */
  readonly lastPage: number
}

/** Where a meta page has its numbers (mdb.c, MDB_meta): the two take turns, and the later transaction's counts. */
const PAGE_SIZE_AT = 48
const LAST_PAGE_AT = 144
const TRANSACTION_AT = 152
const META_BYTES = 160

/**
 * Reads the head as it is in the file, which takes a microsecond; the driver's own counts take six. For whoever holds the
 * lock of writers: to others it may change at any time.
 *
 * @param descriptor - of a file that has its meta pages
 */
export function createFileHead(descriptor: number): { read(): FileHead } {
  const first = Buffer.alloc(META_BYTES)
  readSync(descriptor, first, 0, META_BYTES, 0)
  const pageSize = first.readUInt32LE(PAGE_SIZE_AT)
  const metas = Buffer.alloc(pageSize + META_BYTES)
  const transactionAt = (at: number) => metas.readBigUInt64LE(at + TRANSACTION_AT)
  return {
    read() {
      readSync(descriptor, metas, 0, metas.length, 0)
      const at = transactionAt(0) >= transactionAt(pageSize) ? 0 : pageSize
      return { pageSize, lastPage: Number(metas.readBigUInt64LE(at + LAST_PAGE_AT)) }
    },
  }
}
