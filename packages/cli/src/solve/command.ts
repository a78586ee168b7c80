import { EXIT } from '../exit-code.ts'
import { interruptible } from '../interrupt.ts'
import type { Io } from '../io.ts'
import { createProgressLine, paintFor } from '../terminal.ts'
import { formatProgress, formatSolved, solvedJson } from './format.ts'
import { readSolveRequest } from './request.ts'
import type { SolveFlags, SolveRequest } from './request.ts'

/** Longer than any challenge. */
const MAX_STDIN_BYTES = 4096

/**
 * `turnpike solve`.
 * @returns the exit code
 * @throws UsageError
 */
export async function solveCommand(flags: SolveFlags, io: Io): Promise<number> {
  const challenge = await readChallenge(flags.challenge, io)
  const request = readSolveRequest({ ...flags, challenge }, io.now())
  const bits = Math.log2(request.expectedHashes)
  if (bits > request.maxBits) {
    const takes = `This takes 2^${bits.toFixed(1)} hashes; the limit is 2^${request.maxBits}.`
    io.stderr.write(`error: ${takes} If you mean it, add --max-bits ${Math.ceil(bits)}.\n`)
    return EXIT.refused
  }
  for (const warning of request.warnings) io.stderr.write(`warning: ${warning}\n`)
  return await interruptible(io, async (signal) => {
    await solveAndPrint(request, flags, io, signal)
    return EXIT.ok
  })
}

/** `-` means standard input, less the line end that `echo` and files put there. */
async function readChallenge(challenge: string, io: Io): Promise<string> {
  if (challenge !== '-') return challenge
  return new TextDecoder().decode(await io.readStdin(MAX_STDIN_BYTES)).replace(/\r?\n$/, '')
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
  const options = { challenge, target, count, maxBits, workers, signal }
  const solving = io.stderr.isTerminal
    ? solve({ ...options, onProgress: (progress) => line.show(formatProgress(progress)) })
    : solve(options)
  const solved = await solving.finally(() => line.erase())
  const json = flags.json === true
  io.stdout.write(
    json
      ? `${JSON.stringify(solvedJson(request, solved))}\n`
      : formatSolved(request, solved, paintFor(io.stdout, io.env)),
  )
}
