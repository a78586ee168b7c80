import { type ChildServer, readChildServer } from './child-server.ts'
import { UsageError } from './exit-code.ts'
import { readHeaders } from './header-flag.ts'
import type { HttpServer } from './http-upstream.ts'
import type { Io } from './io.ts'
import { wholeNumber } from './number-flag.ts'
import { readServerUrl } from './server-url.ts'
import type { StoreFlags } from './store-flag.ts'

/** The options of `turnpike-bridge serve`, as typed. */
export interface ServeFlags extends StoreFlags {
  readonly stdio?: string
  readonly upstream?: string
  readonly policy: string
  readonly header: readonly string[]
  readonly host: string
  readonly port: string
  readonly path: string
  readonly maxSessions: string
  readonly idle: string
  readonly proxies: string
}

/** What a front is told. */
export interface ServeSettings {
  readonly server: ChildServer | HttpServer
  readonly policyFile: string
  readonly store: StoreFlags
  readonly host: string
  readonly port: number
  readonly path: string
  readonly maxSessions: number
  readonly idleMs: number
  /** Proxies of ours in front, whose `X-Forwarded-For` is believed. */
  readonly proxies: number
}

const MOST_SESSIONS = 10_000
const LONGEST_IDLE_S = 86_400

/** @throws UsageError */
export function readServeFlags(flags: ServeFlags, env: Io['env']): ServeSettings {
  const { policy: policyFile, host, path } = flags
  if (!/^\/[^?#\s]*$/.test(path))
    throw new UsageError(`--path must begin with / and have no ? or #, not "${path}".`)
  return {
    server: readServer(flags, env),
    policyFile,
    store: flags,
    host,
    path,
    port: wholeNumber('--port', flags.port, 0, 65_535),
    maxSessions: wholeNumber('--max-sessions', flags.maxSessions, 1, MOST_SESSIONS),
    idleMs: wholeNumber('--idle', flags.idle, 1, LONGEST_IDLE_S) * 1000,
    proxies: wholeNumber('--proxies', flags.proxies, 0, 10),
  }
}

function readServer({ stdio, upstream, header }: ServeFlags, env: Io['env']): ServeSettings['server'] {
  if ((stdio === undefined) === (upstream === undefined))
    throw new UsageError('Give --stdio with the command of a server, or --upstream with the address of one.')
  if (upstream !== undefined) return { url: readServerUrl(upstream), headers: readHeaders(header, env) }
  if (header.length > 0) throw new UsageError('--header goes with --upstream, not with --stdio.')
  return readChildServer(stdio ?? '', env)
}
