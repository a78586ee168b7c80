import { fstatSync, writeSync } from 'node:fs'
import { createFileHead } from './file-header.ts'

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
const ZEROS = Buffer.alloc(2 ** 20)

/** @param descriptor - of the file, open for reading and writing */
export function createReserve(descriptor: number): Reserve {
  const head = createFileHead(descriptor)
  // It only ever grows, whoever makes it.
  let sizeBytes = 0

  return {
    assure(pages) {
      const { pageSize, lastPage } = head.read()
      const goalBytes = pageSize * (lastPage + 1 + pages)
      if (goalBytes <= sizeBytes) return
      const fault = extend(descriptor, goalBytes + RESERVE_BYTES)
      sizeBytes = fstatSync(descriptor).size
      if (goalBytes > sizeBytes) {
        throw new Error('there is no space left for the store file', { cause: fault })
      }
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
