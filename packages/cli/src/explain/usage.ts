import type { Command } from 'commander'
import type { Session } from '../session.ts'

/** The options of `turnpike explain`, as typed. */
export interface ExplainFlags {
  readonly json?: boolean
}

const EXAMPLES = `
Examples:
  turnpike explain                          all codes, by kind
  turnpike explain trust_proxy_missing      what happened, and what to do
  turnpike explain credential_spent --json

Exit codes: 0 done, 2 there is no such code.`

/** Adds `turnpike explain`. */
export function addExplain(program: Command, { io, end }: Session): void {
  program
    .command('explain')
    .description('say what a code of an error, a warning or a refusal means, and what to do')
    .argument('[code]', 'as it stands in the message or in the problem document')
    .option('--json', 'print one JSON object: code, kind, text; or codes, by kind')
    .addHelpText('after', EXAMPLES)
    .action(async (code: string | undefined, flags: ExplainFlags) => {
      const { explainCommand } = await import('./command.ts')
      end(explainCommand(code, flags, io))
    })
}
