import { checkKnownOptions, TurnpikeError } from '@turnpike/core'

/**
 * When what was answered is on the disk:
 * - `everySecond`: about a second later, beside the traffic. A process that is killed loses nothing; a power cut may lose
 *   the last second, or damage the file.
 * - `always`: before the answer. A power cut loses nothing that was answered. Every batch of decisions waits for the
 *   disk, and its process with it.
 */
export type Sync = 'everySecond' | 'always'

/** How the file is kept. */
export interface LmdbStoreOptions {
  /** When what was answered is on the disk (default 'everySecond'). */
  readonly sync?: Sync
  /** Bytes of live records from which newcomers get `full` (R18); default 1 GiB, at least 1 MiB. */
  readonly maxBytes?: number
  /** Clock of this machine in whole milliseconds since 1970 (default Date.now); for tests. */
  readonly now?: () => number
}

const OPTIONS = ['sync', 'maxBytes', 'now'] as const
const MEBIBYTE = 2 ** 20
const DEFAULT_MAX_BYTES = 2 ** 30
const MOST_BYTES = 2 ** 40

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkLmdbOptions(path: string, options: LmdbStoreOptions): Required<LmdbStoreOptions> {
  checkKnownOptions('lmdbStore()', options, OPTIONS)
  const { sync = 'everySecond', maxBytes = DEFAULT_MAX_BYTES, now = Date.now } = options
  demand(typeof path === 'string' && path !== '', "path: take the path of a file, such as './turnpike.mdb'")
  demand(sync === 'everySecond' || sync === 'always', `sync '${sync}': take 'everySecond' or 'always'`)
  demand(
    Number.isInteger(maxBytes) && maxBytes >= MEBIBYTE && maxBytes <= MOST_BYTES,
    `maxBytes ${maxBytes}: take ${MEBIBYTE} (1 MiB) to ${MOST_BYTES} (1 TiB)`,
  )
  demand(typeof now === 'function', 'now takes a function that answers milliseconds')
  return { sync, maxBytes, now }
}

function demand(holds: boolean, complaint: string): void {
  if (!holds) throw new TurnpikeError('option_invalid', `lmdbStore() ${complaint}`)
}
