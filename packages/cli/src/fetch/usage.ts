import type { Command } from 'commander'
import { appendValue } from '../flag.ts'
import type { Session } from '../session.ts'
import type { FetchFlags } from './request.ts'

const EXAMPLES = `
Examples:
  turnpike fetch https://api.example/search
  turnpike fetch https://api.example/tools/call -d '{"tool":"search"}' -i
  turnpike fetch https://api.example/report.pdf -o report.pdf --max-bits 22 --max-wait 120
  TURNPIKE_WALLET_FILE=~/.turnpike/wallet turnpike fetch https://api.example/search --max-sats 10 --per-day 200

Without --max-sats it waits and works, and pays nothing. A wallet is named by TURNPIKE_WALLET, or by
TURNPIKE_WALLET_FILE (a file of mode 0600); never by an argument, which all users of the machine see.

Exit codes: 0 done, 1 no answer, 2 wrong usage, 3 the answer is an HTTP error,
4 the gate asks for more than the limits allow, 130 interrupted.`

/** Adds `turnpike fetch`. */
export function addFetch(program: Command, { io, end }: Session): void {
  program
    .command('fetch')
    .description('call an address behind a gate: waits, works or pays, within limits, and prints the body')
    .argument('<url>', 'what to call')
    .option('-X, --request <method>', 'method (default: GET, with --data POST)')
    .option('-H, --header <line>', '"Name: value", or @file with such lines; may be repeated', appendValue)
    .option(
      '-d, --data <text>',
      'body, or @file, or @- for standard input; sent as application/json unless -H says otherwise',
    )
    .option('-i, --include', 'print status and header fields first')
    .option('-o, --output <file>', 'write to a file')
    .option('--max-bits <n>', 'work for no more than 2^n expected hashes', '24')
    .option('--max-wait <seconds>', 'wait for no longer, in all, because the gate says so', '30')
    .option('--max-time <seconds>', 'give up the whole call after so long (default: never)')
    .option('--prefer <way>', 'cheapest, wait, work or pay: what to do first (default: cheapest)')
    .option('--max-sats <n>', 'pay up to n sats for the call, routing included (default: pay nothing)')
    .option('--per-day <n>', 'and up to n sats in any 24 hours (default: 1000)')
    .option('--ledger <file>', 'where payments are written down (default: ~/.turnpike/ledger.json)')
    .option('-v, --verbose', 'say on standard error what happens')
    .option('--json', 'print one JSON object: url, status, headers, body or bodyBase64, events')
    .addHelpText('after', EXAMPLES)
    .action(async (url: string, flags: FetchFlags) => {
      const { fetchCommand } = await import('./command.ts')
      end(await fetchCommand(url, flags, io))
    })
}
