import { TurnpikeError } from '@turnpike/core'
import { Command, CommanderError } from 'commander'
import { readFileSync } from 'node:fs'
import { runBridge } from './bridge.ts'
import { type BridgeFlags, readBridgeFlags } from './bridge-flags.ts'
import { EXIT, UsageError } from './exit-code.ts'
import type { Io } from './io.ts'
import { readServeFlags, type ServeFlags } from './serve-flags.ts'

const EXAMPLES = `
Examples:
  turnpike-bridge https://api.example/mcp
  turnpike-bridge https://api.example/mcp --header 'Authorization: Bearer \${API_TOKEN}'
  TURNPIKE_WALLET_FILE=~/.turnpike/wallet turnpike-bridge https://api.example/mcp --max-sats 10 --per-day 200

\${NAME} in a header is taken from the environment. Without --max-sats it waits and works, and pays nothing. A wallet
is named by TURNPIKE_WALLET, or by TURNPIKE_WALLET_FILE (a file of mode 0600); never by an argument. Exit codes: 0 done, 1 failed, 2 wrong usage.`

const SERVE_EXAMPLES = `
Examples:
  turnpike-bridge serve --stdio "python3 server.py" --policy policy.json
  turnpike-bridge serve --upstream http://127.0.0.1:8000/mcp --policy policy.json --lmdb ./turnpike.mdb

TURNPIKE_SECRET in the environment signs challenges; several, parted by commas, for rotation.`

/**
 * The command line.
 * @param argv - arguments alone, without the program and its file
 * @returns the exit code; never throws for what a user or a server may do wrong
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(argv, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    return report(error, io)
  }
}

function createProgram(io: Io): Command {
  const program = new Command('turnpike-bridge')
    .description(
      'Gets MCP hosts that know nothing of Turnpike through a gate; or puts a gate before any server.',
    )
    .version(readVersion(), '-V, --version', 'print the version')
    .exitOverride()
    // Options behind `serve` are those of `serve`.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => io.log(text.trimEnd()),
    })
  addBridge(program, io)
  addServe(program, io)
  return program
}

function addBridge(program: Command, io: Io): void {
  program
    .argument('[url]', 'a server on Streamable HTTP; plain http on this machine only')
    .option('--stdio <command>', 'or: start a server on stdio; words as in a shell, but no shell reads them')
    .option('--header <field>', "send 'Name: value' with every request; may be repeated", collect, [])
    .option('--max-bits <n>', 'work at most 2^n expected hashes for one call', '24')
    .option('--max-wait <seconds>', 'wait at most that long for one call', '30')
    .option('--max-sats <n>', 'pay up to n sats for one call, routing included (default: pay nothing)')
    .option('--per-day <n>', 'and up to n sats in any 24 hours (default: 1000)')
    .option('--ledger <file>', 'where payments are written down (default: ~/.turnpike/ledger.json)')
    .option('--verbose', 'log what is done about refusals, to standard error')
    .addHelpText('after', EXAMPLES)
    .action(
      async (url: string | undefined, flags: BridgeFlags) =>
        await runBridge(readBridgeFlags(url, flags, io.env), io),
    )
}

function addServe(program: Command, io: Io): void {
  program
    .command('serve')
    .description('Put a gated Streamable HTTP front before any MCP server.')
    .option('--stdio <command>', 'start a server on stdio for each session; no shell reads the command')
    .option('--upstream <url>', 'or: a server on Streamable HTTP; plain http on this machine only')
    .requiredOption('--policy <file>', 'what calls cost, as JSON (policy.schema.json of this package)')
    .option('--header <field>', "send 'Name: value' to the upstream; may be repeated", collect, [])
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <n>', 'where to listen; 0 for any', '3403')
    .option('--path <path>', 'where to answer', '/mcp')
    .option('--lmdb <file>', 'keep counts in a file of this machine (needs @turnpike/lmdb)')
    .option('--redis <url>', 'keep counts in Redis (needs @turnpike/redis and ioredis)')
    .option('--max-sessions <n>', 'sessions at a time; each has a server of its own', '64')
    .option('--idle <seconds>', 'end sessions without messages for that long', '1800')
    .option('--proxies <n>', 'proxies of yours in front, whose X-Forwarded-For is believed', '0')
    .addHelpText('after', SERVE_EXAMPLES)
    .action(async (flags: ServeFlags) => {
      // Loaded late: a bridge needs none of it.
      const { runServe } = await import('./serve.ts')
      await runServe(readServeFlags(flags, io.env), io)
    })
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}

function report(error: unknown, io: Io): number {
  // Commander has printed its own already: the help, the version or what was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  io.log(`error: ${error instanceof Error ? error.message : String(error)}`)
  return error instanceof UsageError || error instanceof TurnpikeError ? EXIT.usage : EXIT.failed
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return known ? String(manifest.version) : 'unknown'
}
