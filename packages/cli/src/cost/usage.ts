import type { Command } from 'commander'
import type { Session } from '../session.ts'
import type { CostFlags } from './request.ts'

const EXAMPLES = `
Examples:
  turnpike cost --difficulty 4
  turnpike cost --difficulty 4 --sats 10                   warns where the two are far apart
  turnpike cost --difficulty 5 --quota 20/1m --calls 100000
  turnpike cost --policy ./policy.js --json                export default { require: anyOf(pow(4), sats(10)) }

Speeds are those of a processor of 2026; sats and dollars are assumptions that the options change.

Exit codes: 0 done, 1 failed, 2 wrong usage.`

/** Adds `turnpike cost`. */
export function addCost(program: Command, { io, end }: Session): void {
  program
    .command('cost')
    .description('say what calls cost honest and abusive callers, by work and by payment')
    .option('-d, --difficulty <digits>', 'as in pow(4), with its quota and adaptive difficulty')
    .option('--sats <n>', 'as in sats(10)')
    .option('--policy <file>', 'or: a module with a policy as default export, or a JSON file')
    .option('--quota <window>', "the quota of the work (default: pow()'s own)")
    .option('--no-quota', 'no quota')
    .option('--no-adaptive', 'the same difficulty however often one calls')
    .option('--calls <n>', 'how many calls', '10000')
    .option('--btc-usd <n>', 'price of a bitcoin in dollars', '100000')
    .option('--core-hour-usd <n>', 'rent of a processor core for an hour in dollars', '0.03')
    .option('--json', 'print one JSON object: calls, work, pay, ratio, evenDifficulty, assumed, warnings')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: CostFlags) => {
      const { costCommand } = await import('./command.ts')
      end(await costCommand(flags, io))
    })
}
