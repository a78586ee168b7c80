import { formatSolution } from '@turnpike/protocol'
import type { Progress, Solved } from '@turnpike/solver'
import { formatCount, formatDuration, formatRate } from '../quantity.ts'
import { type Paint, printable } from '../terminal.ts'
import type { SolveRequest } from './request.ts'

/** What `--json` prints, as one line. */
export interface SolvedJson {
  readonly challenge: string
  /** All nonces, joined with dots, as they are sent. */
  readonly nonce: string
  readonly nonces: readonly string[]
  /** The whole header line. */
  readonly header: string
  readonly hashes: number
  readonly elapsedMs: number
  /** Why a gate will refuse it all the same; empty when there is no reason to think so. */
  readonly warnings: readonly string[]
}

/** The result for programs. */
export function solvedJson(request: SolveRequest, { nonces, hashes, elapsedMs }: Solved): SolvedJson {
  const { challenge, warnings } = request
  const header = `X-PoW-Solution: ${formatSolution({ challenge, nonces })}`
  const nonce = nonces.join('.')
  return { challenge, nonce, nonces, header, hashes, elapsedMs: Math.round(elapsedMs), warnings }
}

/** The result for people; the header stands on a line of its own, to be copied or grepped as it is. */
export function formatSolved(request: SolveRequest, solved: Solved, { dim }: Paint): string {
  const { nonce, header, hashes, elapsedMs } = solvedJson(request, solved)
  const expected = `(${formatCount(request.expectedHashes)} expected)`
  return [
    `${dim('nonce')} ${nonce}`,
    printable(header),
    dim(`${formatCount(hashes)} hashes ${expected} in ${formatDuration(elapsedMs)}`),
    '',
  ].join('\n')
}

/** One line about a search under way. It may go beyond 100 %: the expectation is an average. */
export function formatProgress({ hashes, expectedHashes, hashesPerSecond, elapsedMs }: Progress): string {
  const percent = Math.floor((hashes / expectedHashes) * 100)
  return `solving: ${percent} % of the expected work, ${formatRate(hashesPerSecond)}, ${formatDuration(elapsedMs)}`
}
