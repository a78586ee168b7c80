import type { Command } from 'commander'
import { appendValue } from '../flag.ts'
import type { Session } from '../session.ts'
import type { TopFlags } from './request.ts'

const EXAMPLES = `
Examples:
  turnpike top http://127.0.0.1:3000/ops/turnpike -H @operator-header
  TURNPIKE_STATUS_HEADER="Authorization: Bearer ..." turnpike top https://api.example/ops/turnpike
  turnpike top https://api.example/ops/turnpike --once --json | jq '.policies[].observed'

The address is where the application serves the status of its gate (docs/observability.md). Give its credential by
TURNPIKE_STATUS_HEADER, or by a file with such lines: arguments are seen by all users of the machine.
Ctrl-C ends it.

Exit codes: 0 done, 1 no status there, 2 wrong usage, 130 interrupted before there was anything to show.`

/** Adds `turnpike top`. */
export function addTop(program: Command, { io, end }: Session): void {
  program
    .command('top')
    .description('show live what a gate admits, refuses and earns')
    .argument('<url>', "the gate's status endpoint")
    .option('-H, --header <line>', '"Name: value", or @file with such lines; may be repeated', appendValue)
    .option('--interval <seconds>', 'time between two looks', '2')
    .option('--once', 'look once')
    .option('--json', 'print the status as one JSON object, a line for each look')
    .addHelpText('after', EXAMPLES)
    .action(async (url: string, flags: TopFlags) => {
      const { topCommand } = await import('./command.ts')
      end(await topCommand(url, flags, io))
    })
}
