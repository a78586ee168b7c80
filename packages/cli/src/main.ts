import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { EXIT, UsageError } from './exit-code.ts'
import type { Io } from './io.ts'
import { solveCommand } from './solve-command.ts'
import type { SolveFlags } from './solve-request.ts'

export { processIo } from './io.ts'
export type { Io, Output } from './io.ts'

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.`

const SOLVE_EXAMPLES = `
Examples:
  turnpike solve --challenge abc123 --difficulty 4
  turnpike solve --challenge "$challenge"          a gate's challenge says itself how hard it is
  curl -s https://api.example/api/challenge | jq -r .challenge | turnpike solve --challenge - --json
${EXIT_CODES}`

/**
 * The command line.
 * @param argv arguments alone, without the program and its file
 * @returns the exit code; never throws for what a user or a server may do wrong
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok
  const program = createProgram(io, async (flags) => {
    exitCode = await solveCommand(flags, io)
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error, io)
  }
}

function createProgram(io: Io, onSolve: (flags: SolveFlags) => Promise<void>): Command {
  const program = new Command('turnpike')
    .description('Works with Turnpike gates: wait, work or pay.')
    .version(readVersion(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: io.stdout.write, writeErr: io.stderr.write })
    .addHelpText('after', `${EXIT_CODES}\nMore on a command: turnpike <command> --help`)
  program
    .command('solve')
    .description('Solve a proof-of-work challenge and print the header to send.')
    .requiredOption(
      '-c, --challenge <text>',
      'any text of 1 to 200 characters; - reads it from standard input',
    )
    .option(
      '-d, --difficulty <digits>',
      'leading zero hex digits of the hash, fractions allowed (default: 4)',
    )
    .option('--target <hex>', 'or: the most that the first 8 hex digits of the hash may be, such as 0000ffff')
    .option('--bits <n>', 'or: leading zero bits of the hash')
    .option('--count <n>', 'different nonces to find, 1 to 16 (default: 1)')
    .option('--workers <n>', 'worker threads; 0 for none (default: as many as pay off)')
    .option('--max-bits <n>', 'refuse to try more than 2^n expected hashes (default: 24)')
    .option('--json', 'print one JSON object: challenge, nonce, nonces, header, hashes, elapsedMs')
    .addHelpText('after', SOLVE_EXAMPLES)
    .action(onSolve)
  return program
}

function report(error: unknown, io: Io): number {
  // Commander has printed its own already: the help, the version or what was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const message = error instanceof Error ? error.message : String(error)
  io.stderr.write(`error: ${message}\n`)
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return known ? String(manifest.version) : 'unknown'
}
