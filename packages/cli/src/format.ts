import { formatSolution } from '@turnpike/protocol'
import type { Progress, Solved } from '@turnpike/solver'
import type { SolveRequest } from './solve-request.ts'

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
}

const DIM = '\u001b[2m'
const RESET = '\u001b[0m'
// eslint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g

/** The result for programs. */
export function solvedJson({ challenge }: SolveRequest, { nonces, hashes, elapsedMs }: Solved): SolvedJson {
  const header = `X-PoW-Solution: ${formatSolution({ challenge, nonces })}`
  return { challenge, nonce: nonces.join('.'), nonces, header, hashes, elapsedMs: Math.round(elapsedMs) }
}

/**
 * The result for people; the header stands on a line of its own, to be copied or grepped as it is. Control characters of
 * the challenge do not reach the terminal.
 */
export function formatSolved(request: SolveRequest, solved: Solved, colour: boolean): string {
  const { nonce, header, hashes, elapsedMs } = solvedJson(request, solved)
  const expected = `(${grouped(request.expectedHashes)} expected)`
  const dim = (text: string): string => (colour ? `${DIM}${text}${RESET}` : text)
  return [
    `${dim('nonce')} ${nonce}`,
    header.replace(CONTROLS, escapeControl),
    dim(`${grouped(hashes)} hashes ${expected} in ${formatDuration(elapsedMs)}`),
    '',
  ].join('\n')
}

/** One line about a search under way. It may go beyond 100 %: the expectation is an average. */
export function formatProgress({ hashes, expectedHashes, hashesPerSecond, elapsedMs }: Progress): string {
  const percent = Math.floor((hashes / expectedHashes) * 100)
  return `solving: ${percent} % of the expected work, ${formatRate(hashesPerSecond)}, ${formatDuration(elapsedMs)}`
}

/** Hashes per second in three digits: `2.61 MH/s`. */
export function formatRate(hashesPerSecond: number): string {
  const units = ['H/s', 'kH/s', 'MH/s', 'GH/s']
  const step = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(1, hashesPerSecond)) / 3)))
  return `${(hashesPerSecond / 1000 ** step).toPrecision(3)} ${units[step]}`
}

/** Milliseconds below ten seconds, else seconds or minutes. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}

function escapeControl(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
