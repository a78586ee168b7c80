import type { ApiKey } from '@turnpike/core'
import { createHash, randomBytes } from 'node:crypto'

/** What one person's programs show, each its own: a browser its session cookie, an agent its API key. */
export interface Account {
  readonly name: string
  /** The line `Cookie` of the browser, as a login would have set it. */
  readonly cookie: string
  /** By agent. */
  readonly keys: ReadonlyMap<string, string>
}

/** What the servers know of accounts: sessions that they opened, and hashes of keys that they handed out. */
export interface Directory {
  /** The account whose session a `Cookie` line names; undefined for none, and for one that nobody opened. */
  ownerOfSession(cookie: string | undefined): string | undefined
  /** The account whose agent a key belongs to. */
  ownerOfKey(key: string | undefined): string | undefined
  readonly apiKeys: readonly ApiKey[]
}

const SESSION = 'session'

/** Makes an account with a browser session and a key for each agent. */
export function createAccount(name: string, agents: readonly string[]): Account {
  return {
    name,
    cookie: `${SESSION}=${secret()}`,
    keys: new Map(agents.map((agent) => [agent, secret()])),
  }
}

/** Knows these accounts alone, and of their keys no more than the hashes. */
export function createDirectory(accounts: readonly Account[]): Directory {
  const sessions = new Map(accounts.map(({ cookie, name }) => [sessionIn(cookie), name]))
  const apiKeys = accounts.flatMap(({ name, keys }) =>
    [...keys].map(([agent, key]) => ({ id: agent, subject: name, class: 'agent', sha256: hashOf(key) })),
  )
  const owners = new Map(apiKeys.map(({ sha256, subject }) => [sha256, subject]))
  return {
    apiKeys,
    ownerOfSession(cookie = '') {
      const session = sessionIn(cookie)
      return session === undefined ? undefined : sessions.get(session)
    },
    ownerOfKey: (key) => (key === undefined ? undefined : owners.get(hashOf(key))),
  }
}

function sessionIn(cookie: string): string | undefined {
  const pairs = cookie.split(';').map((pair) => pair.trim().split('=', 2))
  return pairs.find(([name]) => name === SESSION)?.[1]
}

function secret(): string {
  return randomBytes(32).toString('base64url')
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
