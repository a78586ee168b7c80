import type { Command } from 'commander'
import { appendValue } from '../flag.ts'
import type { Session } from '../session.ts'
import type { DoctorFlags } from './request.ts'

const EXAMPLES = `
Examples:
  turnpike doctor https://api.example/search                 one call, as a page of another origin makes it
  turnpike doctor https://api.example/search --calls 100     until it is refused: uses up your free allowance
  turnpike doctor https://api.example/tools -X POST -d '{"tool":"search"}' --json
  turnpike doctor https://mcp.example/mcp                    the opening request of an MCP session

The call is a real one: where it is admitted, the server does what it always does.
What each finding means: docs/cli.md.

Exit codes: 0 no mistakes, 1 the server does not answer, 2 wrong usage, 3 mistakes found, 130 interrupted.`

/** Adds `turnpike doctor`. */
export function addDoctor(program: Command, { io, end }: Session): void {
  program
    .command('doctor')
    .description('ask a gated server what it offers, and name mistakes in how it does')
    .argument('<url>', 'what clients call')
    .option('-X, --request <method>', 'method (default: GET, with --data POST)')
    .option('-H, --header <line>', '"Name: value", or @file with such lines; may be repeated', appendValue)
    .option(
      '-d, --data <text>',
      'body, or @file, or @- for standard input; sent as application/json unless -H says otherwise',
    )
    .option('--calls <n>', 'call up to n times, until it is refused', '1')
    .option('--origin <origin>', 'origin of the page that calls', 'https://doctor.invalid')
    .option('--challenge-path <path>', 'where the challenge endpoint is', '/api/challenge')
    .option('--mcp', 'it is an MCP endpoint (default: where the path ends in /mcp)')
    .option('--json', 'print one JSON object: url, status, pow, lightning, windows, findings')
    .addHelpText('after', EXAMPLES)
    .action(async (url: string, flags: DoctorFlags) => {
      const { doctorCommand } = await import('./command.ts')
      end(await doctorCommand(url, flags, io))
    })
}
