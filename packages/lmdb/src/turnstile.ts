import { open } from 'lmdb'
import { faultOfFile } from './file-header.ts'
import { CorruptRecord } from './record-codec.ts'

/**
 * Lets one process at a time to the store's file: to open it, or to write. LMDB has a lock for writers, but opening is
 * not behind it: whoever opens a file sets the number of its last transaction to what he read a moment before
 * (mdb_env_open2), and what others have committed in that moment is lost. So there is a second file, of which only the
 * lock is used: nothing is ever written to it, so opening it can lose nothing.
 */
export interface Turnstile {
  /** Runs work while no other process does. A process that dies in it holds up nobody. */
  pass<Result>(work: () => Result): Result
  close(): Promise<void>
}

/** @param path - of the file, which is made if need be; `<path>-lock` stands beside it */
export function openTurnstile(path: string): Turnstile {
  const fault = faultOfFile(path)
  if (fault !== undefined) throw new CorruptRecord(`${path}: ${fault}`)
  const empty = open({ path, noSubdir: true, overlappingSync: false, noSync: true })
  return {
    pass: (work) => empty.transactionSync(work),
    close: async () => await empty.close(),
  }
}
