import { openCallingThread } from './lane.ts'
import type { Lane, Searched } from './lane.ts'
import type { Job, Range } from './range-search.ts'

/** What a search is to bring home, and within which bounds. */
export interface Quest {
  readonly job: Job
  /** Different nonces to find. */
  readonly count: number
  /** Hashes to try at most. */
  readonly maxHashes: number
  /** Hashes handed to a lane at a time. */
  readonly rangeSize: number
}

/**
 * Searches in `lanes` until enough nonces are found or all hashes allowed are tried. A lane that breaks gives its range
 * back to the others; what none of them can take, the calling thread does. Closes the lanes it was given.
 *
 * @param onHashes hears of every range done, as far as it was searched
 * @returns the nonces' numbers, ascending; fewer than `count` when hashes ran out
 * @throws signal.reason once `signal` is aborted.
 */
export async function searchInLanes(
  quest: Quest,
  lanes: readonly Lane[],
  onHashes: (hashes: number) => void,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const ranges = createRangeQueue(quest)
  const open = [...lanes]
  const found: number[] = []

  function stop(): void {
    ranges.close()
    for (const lane of open) lane.close()
  }

  async function work(lane: Lane): Promise<void> {
    for (let range = ranges.take(); range !== undefined; range = ranges.take()) {
      const searched = await attempt(lane, range, quest.count)
      if (searched === undefined) {
        ranges.giveBack(range)
        return
      }
      found.push(...searched.found)
      if (searched.hashes > 0) onHashes(searched.hashes)
      if (found.length >= quest.count) stop()
    }
  }

  signal?.addEventListener('abort', stop, { once: true })
  try {
    await Promise.all(open.map(async (lane) => await work(lane)))
    if (!ranges.isEmpty()) {
      const callingThread = openCallingThread(quest.job)
      open.push(callingThread)
      await work(callingThread)
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
  signal?.throwIfAborted()
  return found.toSorted((a, b) => a - b).slice(0, quest.count)
}

/** Undefined when the lane broke; why does not matter, as its range is searched by another. */
async function attempt(lane: Lane, range: Range, wanted: number): Promise<Searched | undefined> {
  try {
    return await lane.search(range, wanted)
  } catch {
    return undefined
  }
}

/** Hands out every nonce number once, in ascending ranges of whole numbers, however many lanes there are. */
function createRangeQueue({ maxHashes, rangeSize }: Quest) {
  const returned: Range[] = []
  let next = 0
  let end = maxHashes
  return {
    take(): Range | undefined {
      const again = returned.pop()
      if (again !== undefined || next >= end) return again
      const range = { from: next, to: Math.min(next + rangeSize, end) }
      next = range.to
      return range
    },
    giveBack(range: Range): void {
      if (end > 0) returned.push(range)
    },
    isEmpty: () => next >= end && returned.length === 0,
    /** Nothing is handed out from here on. */
    close(): void {
      end = 0
      returned.length = 0
    },
  }
}
