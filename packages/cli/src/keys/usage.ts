import type { Command } from 'commander'
import type { Session } from '../session.ts'

/** The options of `turnpike keys new`, as typed. */
export interface KeysFlags {
  readonly rotate?: boolean
  readonly json?: boolean
}

const EXAMPLES = `
Examples:
  turnpike keys new                                            only the secret, on one line
  echo "TURNPIKE_SECRET=$(turnpike keys new)" >> .env
  turnpike keys new --rotate                                   what to do with it follows on standard error

Exit codes: 0 done, 2 wrong usage.`

/** Adds `turnpike keys new`. */
export function addKeys(program: Command, { io, end }: Session): void {
  program
    .command('keys')
    .description("make secrets for a gate's `secret` option")
    .command('new')
    .description('print a fresh secret: 32 random bytes as 43 base64url characters')
    .option('--rotate', 'say on standard error how to bring it in without refusing anybody')
    .option('--json', 'print one JSON object: secret, and steps with --rotate')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: KeysFlags) => {
      const { newKeyCommand } = await import('./command.ts')
      end(newKeyCommand(flags, io))
    })
}
