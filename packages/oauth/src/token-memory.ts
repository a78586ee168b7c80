import { RecentMap } from '@turnpike/core'
import { hash } from 'node:crypto'

/** Tokens remembered at least, and at most twice as many; each takes about 2 kB. */
const REMEMBERED = 10_000

/** What is known of tokens for a while: their hashes only, so that no dump of the memory holds one that could be used. */
export interface TokenMemory<Known> {
  get(token: string): Known | undefined
  /** @param untilMs - milliseconds since the epoch */
  set(token: string, known: Known, untilMs: number): void
}

export function createTokenMemory<Known>(now: () => number): TokenMemory<Known> {
  const entries = new RecentMap<{ readonly known: Known; readonly untilMs: number }>(REMEMBERED)
  return {
    get(token) {
      const entry = entries.get(digest(token))
      return entry !== undefined && now() < entry.untilMs ? entry.known : undefined
    },
    set(token, known, untilMs) {
      entries.set(digest(token), { known, untilMs })
    },
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64')
}
