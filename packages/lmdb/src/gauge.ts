import { statsOf } from './file-stats.ts'
import type { Table } from './shelf.ts'

/** Newcomers between two looks at the file, which cost some microseconds each. */
const NEWCOMERS_PER_LOOK = 64
/** Other processes fill the file, too. */
const LOOK_EVERY_MS = 1000

/** @returns whether live records fill so many bytes, as of a moment ago */
export function createGauge(table: Table, maxBytes: number): () => boolean {
  let isFull = false
  let newcomers = NEWCOMERS_PER_LOOK
  let lookedMs = 0
  return () => {
    newcomers += 1
    const nowMs = performance.now()
    if (newcomers < NEWCOMERS_PER_LOOK && nowMs - lookedMs < LOOK_EVERY_MS) return isFull
    newcomers = 0
    lookedMs = nowMs
    isFull = liveBytes(table) >= maxBytes
    return isFull
  }
}

/** Pages that records and index stand on; the file has others besides, which are free to be used again. */
function liveBytes(table: Table): number {
  const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = statsOf(table)
  return pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages)
}
