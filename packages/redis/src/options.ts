import { checkKnownOptions, TurnpikeError } from '@turnpike/core'

/** How Redis is used. */
export interface RedisStoreOptions {
  /** First part of every key, in the hash tag (default 'turnpike'): 1 to 64 characters other than braces and spaces. */
  readonly prefix?: string
  /** Milliseconds that a call may take before the server counts as down, 10 to 10,000 (default 100). */
  readonly timeoutMs?: number
  /**
   * Accept a server that forgets keys when its memory is full, although work and sats could then be spent twice (default
   * false, R15).
   */
  readonly allowEviction?: boolean
  /** Where the store's own lines go: it is back, it may evict (default console.warn). */
  readonly log?: (line: string) => void
}

const OPTIONS = ['prefix', 'timeoutMs', 'allowEviction', 'log'] as const
const PREFIX = /^[^{}\s]{1,64}$/

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkRedisOptions(options: RedisStoreOptions): Required<RedisStoreOptions> {
  checkKnownOptions('redisStore()', options, OPTIONS)
  const { prefix = 'turnpike', timeoutMs = 100, allowEviction = false, log = console.warn } = options
  demand(
    typeof prefix === 'string' && PREFIX.test(prefix),
    `prefix '${prefix}': take 1 to 64 characters, no braces, no spaces`,
  )
  demand(
    Number.isInteger(timeoutMs) && timeoutMs >= 10 && timeoutMs <= 10_000,
    `timeoutMs ${timeoutMs}: take 10 to 10000`,
  )
  demand(typeof allowEviction === 'boolean', 'allowEviction: take true or false')
  demand(typeof log === 'function', 'log takes a function of one line')
  return { prefix, timeoutMs, allowEviction, log }
}

function demand(holds: boolean, complaint: string): void {
  if (!holds) throw new TurnpikeError('option_invalid', `redisStore() ${complaint}`)
}
