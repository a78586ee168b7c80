import type { Store } from '@turnpike/core'
import { lmdbStore } from '@turnpike/lmdb'
import { redisStore } from '@turnpike/redis'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where a store keeps what it knows, also while nobody has it open. */
export interface StorePlace {
  open(): Store
  /** What another process opens the same by: 'lmdb' or 'redis', then a path, or a URL and a prefix. */
  readonly address: readonly string[]
  /** When nobody has it open any more. */
  remove(): void
}

export const STORE_PLACES: readonly (readonly [string, () => StorePlace])[] = [
  ['lmdb', lmdbPlace],
  ['Redis', redisPlace],
]

/** Longer than payments of real Lightning block a busy machine. */
const TIMEOUT_MS = 5000

function lmdbPlace(): StorePlace {
  const folder = mkdtempSync(join(tmpdir(), 'turnpike-paid-'))
  const path = join(folder, 'store.mdb')
  return {
    open: () => lmdbStore(path),
    address: ['lmdb', path],
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** In the server that this run of tests has started. */
function redisPlace(): StorePlace {
  const url = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379'
  const prefix = `test-${randomUUID()}`
  const redis = new Redis(url, { lazyConnect: true })
  return {
    open: () => redisStore(redis, { prefix, timeoutMs: TIMEOUT_MS, log: () => undefined }),
    address: ['redis', url, prefix],
    remove: () => redis.disconnect(),
  }
}
