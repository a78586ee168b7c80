/** How far a search has come. */
export interface Progress {
  /** Hashes tried so far. */
  readonly hashes: number
  readonly hashesPerSecond: number
  /** Hashes that the whole search takes on average; any one search may need several times as many. */
  readonly expectedHashes: number
  readonly elapsedMs: number
  /** How long the whole search takes on average at this rate, from its beginning. */
  readonly expectedMs: number
}

const EVERY_MS = 100

/** Counts hashes and tells `onProgress`, ten times a second at most. */
export function createProgress(expectedHashes: number, onProgress?: (progress: Progress) => void) {
  const startedAt = performance.now()
  let hashes = 0
  let toldAt = startedAt
  const elapsedMs = (): number => performance.now() - startedAt
  return {
    add: (more: number): void => {
      hashes += more
      const now = performance.now()
      if (onProgress === undefined || now - toldAt < EVERY_MS) return
      toldAt = now
      const elapsed = now - startedAt
      onProgress({
        hashes,
        hashesPerSecond: (hashes * 1000) / elapsed,
        expectedHashes,
        elapsedMs: elapsed,
        expectedMs: (expectedHashes * elapsed) / hashes,
      })
    },
    hashes: (): number => hashes,
    elapsedMs,
  }
}
