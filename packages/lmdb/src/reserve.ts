import { fstatSync, writeSync } from 'node:fs'
import { statsOf } from './file-stats.ts'
import type { Table } from './shelf.ts'

/**
 * Space in the file ahead of its last page. The driver never meets a full disk, because it is not made for one: where a
 * write fails it may bring the process down. We are told of it instead, by a plain error and before anything is written.
 */
export interface Reserve {
  /**
   * Sees to it that the transaction at hand finds so many new pages.
   * @throws Error when the disk is full
   */
  assure(pages: number): void
}

const RESERVE_BYTES = 16 * 2 ** 20
/** What any transaction of any process may use without looking. */
const PAGES_PER_TRANSACTION = 400
const ZEROS = Buffer.alloc(2 ** 20)

/** @param descriptor of the file, open for writing */
export function createReserve(table: Table, descriptor: number): Reserve {
  let lookedIn = 0
  let headroom = 0

  /** Transactions are numbered over all processes, and none of them uses more than its share unseen. */
  function isSafe(transaction: number): boolean {
    return (transaction - lookedIn + 1) * PAGES_PER_TRANSACTION <= headroom
  }

  function look(pages: number): void {
    const { pageSize, lastPageNumber } = statsOf(table)
    const usedBytes = pageSize * (lastPageNumber + 1)
    const fault = extend(descriptor, usedBytes + pageSize * pages + RESERVE_BYTES)
    headroom = Math.floor((fstatSync(descriptor).size - usedBytes) / pageSize)
    // Others count on their share of what lies ahead, so on a full disk nobody takes more than a share.
    if (fault !== undefined && (pages > PAGES_PER_TRANSACTION || pages > headroom))
      throw new Error('there is no space left for the store file', { cause: fault })
  }

  return {
    assure(pages) {
      const transaction = table.getWriteTxnId()
      if (pages <= PAGES_PER_TRANSACTION && isSafe(transaction)) return
      look(pages)
      lookedIn = transaction
    },
  }
}

/** Written zeros are space that is really there. @returns what went wrong */
function extend(descriptor: number, goalBytes: number): unknown {
  try {
    let { size } = fstatSync(descriptor)
    while (size < goalBytes)
      size += writeSync(descriptor, ZEROS, 0, Math.min(ZEROS.length, goalBytes - size), size)
    return undefined
  } catch (fault) {
    return fault
  }
}
