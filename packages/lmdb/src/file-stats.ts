import type { Table } from './shelf.ts'

/** Counts of pages, as the driver gives them; asking costs some microseconds. */
export interface FileStats {
  readonly pageSize: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

/** @throws Error when the driver gives something else */
export function statsOf(table: Table): FileStats {
  const stats = table.getStats()
  if (!isFileStats(stats)) throw new Error('the LMDB driver gives no counts of pages')
  return stats
}

function isFileStats(stats: object): stats is FileStats {
  return 'pageSize' in stats && 'treeLeafPageCount' in stats
}
