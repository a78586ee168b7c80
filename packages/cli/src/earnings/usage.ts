import type { Command } from 'commander'
import type { Session } from '../session.ts'
import type { EarningsFlags } from './command.ts'

const EXAMPLES = `
Examples:
  turnpike earnings audit.jsonl
  turnpike earnings audit.jsonl.1 audit.jsonl --since 2026-11-01 --until 2026-11-30
  turnpike earnings audit.jsonl --json | jq .total.settledMsat

"paid" counts payments that arrived, "served" calls that were admitted for them and kept; a payment for several calls
counts as served call by call. Days are those of UTC. Give logs of one gate in the order in which they were written.

Exit codes: 0 done, 1 a file cannot be read, 2 wrong usage.`

/** Adds `turnpike earnings`. */
export function addEarnings(program: Command, { io, end }: Session): void {
  program
    .command('earnings')
    .description('sum up audit logs by day, resource and class of caller')
    .argument('<files...>', 'audit logs of a gate, JSON lines')
    .option('--since <day>', 'first day, such as 2026-11-01')
    .option('--until <day>', 'last day')
    .option('--json', 'print one JSON object: rows, total, unread')
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], flags: EarningsFlags) => {
      const { earningsCommand } = await import('./command.ts')
      end(await earningsCommand(files, flags, io))
    })
}
