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
