import type { Progress } from '@turnpike/solver'
import { EXIT } from './exit-code.ts'
import { formatProgress, formatSolved, solvedJson } from './format.ts'
import type { Io, Output } from './io.ts'
import { readSolveRequest } from './solve-request.ts'
import type { SolveFlags, SolveRequest } from './solve-request.ts'

/** Longer input than any challenge; what is beyond is not read. */
const MAX_STDIN_BYTES = 4096
const ERASE_LINE = '\r\u001b[2K'

/**
 * `turnpike solve`.
 * @returns the exit code
 * @throws UsageError
 */
export async function solveCommand(flags: SolveFlags, io: Io): Promise<number> {
  const request = readSolveRequest({ ...flags, challenge: await readChallenge(flags.challenge, io) })
  const bits = Math.log2(request.expectedHashes)
  if (bits > request.maxBits) {
    const takes = `This takes 2^${bits.toFixed(1)} hashes; the limit is 2^${request.maxBits}.`
    io.stderr.write(`error: ${takes} If you mean it, add --max-bits ${Math.ceil(bits)}.\n`)
    return EXIT.failed
  }
  const interrupted = new AbortController()
  const stopListening = io.onInterrupt(() => interrupted.abort())
  try {
    await solveAndPrint(request, flags, io, interrupted.signal)
    return EXIT.ok
  } catch (error) {
    if (!interrupted.signal.aborted) throw error
    io.stderr.write('Interrupted.\n')
    return EXIT.interrupted
  } finally {
    stopListening()
  }
}

/** `-` means standard input, less the line end that `echo` and files put there. */
async function readChallenge(challenge: string, io: Io): Promise<string> {
  return challenge === '-' ? (await io.readStdin(MAX_STDIN_BYTES)).replace(/\r?\n$/, '') : challenge
}

async function solveAndPrint(
  request: SolveRequest,
  flags: SolveFlags,
  io: Io,
  signal: AbortSignal,
): Promise<void> {
  // Loaded late: help, version and mistakes need none of it.
  const { solve } = await import('@turnpike/solver')
  const { challenge, target, count, workers, maxBits } = request
  const line = createProgressLine(io.stderr)
  const onProgress = io.stderr.isTerminal
    ? (progress: Progress): void => line.show(formatProgress(progress))
    : undefined
  const solving = solve({ challenge, target, count, maxBits, workers, signal, onProgress })
  const solved = await solving.finally(line.erase)
  const colour = io.stdout.isTerminal && (io.env['NO_COLOR'] ?? '') === ''
  const json = flags.json === true
  io.stdout.write(
    json ? `${JSON.stringify(solvedJson(request, solved))}\n` : formatSolved(request, solved, colour),
  )
}

/** A line on a terminal that is written over and over. */
function createProgressLine(stderr: Output) {
  let shown = false
  return {
    show: (text: string): void => {
      shown = true
      stderr.write(ERASE_LINE + text)
    },
    erase: (): void => {
      if (shown) stderr.write(ERASE_LINE)
      shown = false
    },
  }
}
