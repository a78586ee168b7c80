import type { BridgeSettings } from './bridge.ts'
import { readChildServer } from './child-server.ts'
import { UsageError } from './exit-code.ts'
import { readHeaders } from './header-flag.ts'
import type { Io } from './io.ts'
import { type MoneyFlags, readMoney } from './money-flags.ts'
import { wholeNumber } from './number-flag.ts'
import { oauthLogin } from './oauth-login.ts'
import { readServerUrl } from './server-url.ts'

/** The options of `turnpike-bridge [url]`, as typed. */
export interface BridgeFlags extends MoneyFlags {
  readonly stdio?: string
  readonly header: readonly string[]
  readonly maxBits: string
  readonly maxWait: string
  readonly verbose?: boolean
}

/** 16 nonces of 2^32 hashes. */
const HARDEST_BITS = 36
const LONGEST_WAIT_S = 3600

/** @throws UsageError */
export function readBridgeFlags(url: string | undefined, flags: BridgeFlags, env: Io['env']): BridgeSettings {
  return {
    server: readServer(url, flags, env),
    maxBits: wholeNumber('--max-bits', flags.maxBits, 0, HARDEST_BITS),
    maxWaitMs: wholeNumber('--max-wait', flags.maxWait, 0, LONGEST_WAIT_S) * 1000,
    money: readMoney(flags, env),
    verbose: flags.verbose === true,
  }
}

function readServer(url: string | undefined, flags: BridgeFlags, env: Io['env']): BridgeSettings['server'] {
  if ((url === undefined) === (flags.stdio === undefined))
    throw new UsageError('Give the address of a server, or --stdio with the command that starts one.')
  if (url === undefined) {
    if (flags.header.length > 0) throw new UsageError('--header goes with an address, not with --stdio.')
    return readChildServer(flags.stdio ?? '', env)
  }
  const headers = { ...authorizationOf(env), ...readHeaders(flags.header, env) }
  const login = oauthLogin(env)
  if (login !== undefined && Object.keys(headers).some((name) => name.toLowerCase() === 'authorization'))
    throw new UsageError('Give an Authorization or TURNPIKE_OAUTH_CLIENT_ID, not both.')
  return { url: readServerUrl(url), headers, login }
}

/** For hosts that fill in the names of their configuration themselves, which would put the secret on the command line. */
function authorizationOf({ TURNPIKE_AUTHORIZATION: value }: Io['env']): Readonly<Record<string, string>> {
  if (value === undefined || value === '') return {}
  return readHeaders(['Authorization: ${TURNPIKE_AUTHORIZATION}'], { TURNPIKE_AUTHORIZATION: value })
}
