import type { Command } from 'commander'
import type { Session } from '../session.ts'
import type { SolveFlags } from './request.ts'

const EXAMPLES = `
Examples:
  turnpike solve --challenge abc123 --difficulty 4
  turnpike solve --challenge "$challenge"          a gate's challenge says itself how hard it is
  curl -s https://api.example/api/challenge | jq -r .challenge | turnpike solve --challenge - --json

Exit codes: 0 done, 1 failed, 2 wrong usage, 4 more work than --max-bits allows, 130 interrupted.`

/** Adds `turnpike solve`. */
export function addSolve(program: Command, { io, end }: Session): void {
  program
    .command('solve')
    .description('solve a proof-of-work challenge and print the header to send')
    .requiredOption(
      '-c, --challenge <text>',
      'any text of 1 to 200 characters; - reads it from standard input',
    )
    .option(
      '-d, --difficulty <digits>',
      'leading zero hex digits of the hash, fractions allowed (default: what the challenge says, else 4)',
    )
    .option('--target <hex>', 'or: the most that the first 8 hex digits of the hash may be, such as 0000ffff')
    .option('--bits <n>', 'or: leading zero bits of the hash')
    .option('--count <n>', 'different nonces to find, 1 to 16 (default: what the challenge says, else 1)')
    .option('--workers <n>', 'worker threads; 0 for none (default: as many as pay off)')
    .option('--max-bits <n>', 'refuse to try more than 2^n expected hashes', '24')
    .option('--json', 'print one JSON object: challenge, nonce, nonces, header, hashes, elapsedMs, warnings')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: SolveFlags) => {
      const { solveCommand } = await import('./command.ts')
      end(await solveCommand(flags, io))
    })
}
