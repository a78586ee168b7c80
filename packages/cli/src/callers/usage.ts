import type { Command } from 'commander'
import type { Session } from '../session.ts'
import type { CallerFlags } from './request.ts'

const NOTES = `
A caller is an address, class:id as the gate's caller() names it, or "unknown" for those without an address.
A password in --redis is seen by all users of the machine; TURNPIKE_REDIS_URL is not.
Needs @turnpike/redis and ioredis, or @turnpike/lmdb, installed beside it.

Exit codes: 0 done, 1 failed, 2 wrong usage.`

const INSPECT_EXAMPLES = `
Examples:
  turnpike inspect 203.0.113.7 --name my-api --lmdb ./turnpike.mdb
  turnpike inspect account:42 --name my-api --redis redis://127.0.0.1:6379 --json
  TURNPIKE_REDIS_URL=rediss://:password@cache.example:6380 turnpike inspect account:42 --name my-api
${NOTES}`

const RESET_EXAMPLES = `
Examples:
  turnpike reset 203.0.113.7 --name my-api --lmdb ./turnpike.mdb
  turnpike reset account:42 --name my-api --redis redis://127.0.0.1:6379
${NOTES}`

/** Adds `turnpike inspect`. */
export function addInspect(program: Command, { io, end }: Session): void {
  withOptions(program.command('inspect').description("show what a caller has used of a gate's windows"))
    .addHelpText('after', INSPECT_EXAMPLES)
    .action(async (caller: string, flags: CallerFlags) => {
      const { inspectCommand } = await import('./command.ts')
      end(await inspectCommand(caller, flags, io))
    })
}

/** Adds `turnpike reset`. */
export function addReset(program: Command, { io, end }: Session): void {
  withOptions(program.command('reset').description('forget what a caller has used; spent stays spent'))
    .addHelpText('after', RESET_EXAMPLES)
    .action(async (caller: string, flags: CallerFlags) => {
      const { resetCommand } = await import('./command.ts')
      end(await resetCommand(caller, flags, io))
    })
}

function withOptions(command: Command): Command {
  return command
    .argument('<caller>', 'an address, class:id, or "unknown"')
    .option('--redis <url>', 'the Redis of the gate: redis://host:port/db, also of a cluster')
    .option('--lmdb <path>', "or: the file of the gate's store")
    .option('--name <gate>', 'name of the gate', 'turnpike')
    .option('--prefix <text>', "prefix of the keys, where redisStore() has one (default: 'turnpike')")
    .option('--subject <text>', 'the account above class:id, where caller() names one')
    .option('--ipv6-subnet <bits>', 'leading bits of an IPv6 address that make one caller', '64')
    .option('--json', 'print one JSON object: gate, caller, windows')
}
