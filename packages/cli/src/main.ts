import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { addInspect, addReset } from './callers/usage.ts'
import { EXIT, UsageError } from './exit-code.ts'
import { codeOf, messageOf } from './failure.ts'
import type { Io } from './io.ts'
import { addCost } from './cost/usage.ts'
import { addDoctor } from './doctor/usage.ts'
import { addEarnings } from './earnings/usage.ts'
import { addExplain } from './explain/usage.ts'
import { addFetch } from './fetch/usage.ts'
import { addKeys } from './keys/usage.ts'
import type { Session } from './session.ts'
import { addSolve } from './solve/usage.ts'
import { printable } from './terminal.ts'
import { addTop } from './top/usage.ts'

const NOTES = `
Examples:
  turnpike fetch https://api.example/search
  turnpike solve --challenge "$challenge" --json
  turnpike cost --difficulty 4 --sats 10
  turnpike doctor https://api.example/search
  turnpike explain credential_spent

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with bad news (an HTTP error, mistakes found),
4 more is asked for than the limits allow, 130 interrupted.
Colour on a terminal only; NO_COLOR=1 turns it off.`

/** Each adds a subcommand, whose code is loaded when it is called. */
const COMMANDS = [
  addSolve,
  addFetch,
  addInspect,
  addReset,
  addCost,
  addDoctor,
  addExplain,
  addTop,
  addEarnings,
  addKeys,
] as const

/**
 * The command line.
 * @param argv arguments alone, without the program and its file
 * @returns the exit code; never throws for what a user or a server may do wrong
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok
  const program = createProgram({ io, end: (code) => (exitCode = code) })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error, io)
  }
}

function createProgram(session: Session): Command {
  const { stdout, stderr } = session.io
  const program = new Command('turnpike')
    .description('Works with Turnpike gates: wait, work or pay.')
    .version(readVersion(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ writeOut: stdout.write, writeErr: stderr.write })
    .addHelpText('after', `${NOTES}\nMore on a command: turnpike <command> --help`)
  for (const add of COMMANDS) add(program, session)
  return program
}

function report(error: unknown, io: Io): number {
  // Commander has printed its own already: the help, the version or what was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  // Whoever read has enough, as in `turnpike fetch ... | head -1`.
  if (codeOf(error) === 'EPIPE') return EXIT.ok
  // Of several lines where it says so itself; anything else that steers a terminal may be a server's.
  const lines = messageOf(error).split('\n')
  io.stderr.write(`error: ${lines.map(printable).join('\n')}\n`)
  return error instanceof UsageError ? EXIT.usage : EXIT.failed
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return known ? String(manifest.version) : 'unknown'
}
