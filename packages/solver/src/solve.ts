import { SolverError } from './solver-error.ts'
import { chooseKernel, loadable } from './kernel-choice.ts'
import type { Lane } from './lane.ts'
import { layOut, nonceText } from './message.ts'
import { checkOptions } from './options.ts'
import type { SolveOptions, Work } from './options.ts'
import { createProgress } from './progress.ts'
import type { Job } from './range-search.ts'
import { searchInLanes } from './search.ts'
import { openWorker } from './worker-lane.ts'
import { startWorker, usableCores } from './worker-thread.ts'

/** Proof that the work was done. */
export interface Solved {
  /** Lower-case hex, all of one width, strictly ascending as texts: ready for `formatSolution`. */
  readonly nonces: readonly string[]
  /** Hashes it took. */
  readonly hashes: number
  readonly elapsedMs: number
}

/** Expected hashes above which starting workers pays off. */
const WORTH_WORKERS = 2 ** 22
/** About 20 ms of plain JavaScript, 4 of WebAssembly: what the calling thread does between two reports of progress. */
const RANGE_IN_CALLING_THREAD = 2 ** 16
/** About 80 ms of plain JavaScript, 15 of WebAssembly, so that messages cost nothing against the work. */
const RANGE_IN_WORKER = 2 ** 18

/**
 * Finds nonces such that the first 32 bits of sha256(challenge + nonce), the two texts joined as UTF-8, do not exceed
 * the target. The calling thread stays responsive. Workers that cannot start or that die are made up for.
 *
 * @throws SolverError `bad_input`, `too_hard` (before any work), `out_of_range` (after `maxHashes`)
 * @throws signal.reason when aborted
 * @example
 * const { nonces } = await solve({ challenge, target: '0000ffff' })
 * headers.set('x-pow-solution', formatSolution({ challenge, nonces }))
 */
export async function solve(options: SolveOptions): Promise<Solved> {
  const work = checkOptions(options)
  options.signal?.throwIfAborted()
  const message = layOut(work.challenge)
  const kernel = chooseKernel(message.position)
  const job: Job = { message, target: work.target, kernel: kernel && loadable(kernel) }
  const progress = createProgress(work.expectedHashes, options.onProgress)
  const lanes = openWorkers(job, wantedWorkers(work))
  const { count, maxHashes } = work
  const rangeSize = lanes.length === 0 ? RANGE_IN_CALLING_THREAD : RANGE_IN_WORKER
  const found = await searchInLanes({ job, count, maxHashes, rangeSize }, lanes, progress.add, options.signal)
  if (found.length < count) throw outOfRange(found.length, work)
  return {
    nonces: found.map((index) => nonceText(index, message.nonceWidth)),
    hashes: progress.hashes(),
    elapsedMs: progress.elapsedMs(),
  }
}

function wantedWorkers({ workers, expectedHashes }: Work): number {
  return workers ?? (expectedHashes > WORTH_WORKERS ? usableCores() : 0)
}

/** As many of the workers as start; none is an answer, too: the calling thread then does the work. */
function openWorkers(job: Job, wanted: number): readonly Lane[] {
  const lanes: Lane[] = []
  try {
    while (lanes.length < wanted) lanes.push(openWorker(startWorker(), job))
  } catch {
    return lanes
  }
  return lanes
}

function outOfRange(found: number, { count, maxHashes }: Work): SolverError {
  const message = `${maxHashes} hashes gave ${found} of ${count} nonces. Raise the option maxHashes.`
  return new SolverError('out_of_range', message)
}
