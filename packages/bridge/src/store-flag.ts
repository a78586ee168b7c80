import { memoryStore, type Store } from '@turnpike/core'
import { expandEnvironment } from './environment.ts'
import { UsageError } from './exit-code.ts'
import type { Io } from './io.ts'
import { loadOptional } from './optional-package.ts'

/** Where counts and spent credentials are kept, as typed. */
export interface StoreFlags {
  readonly lmdb?: string
  readonly redis?: string
}

/** A store, and what has to be closed with it. */
export interface OpenStore {
  readonly store: Store
  close(): Promise<void>
}

/**
 * Memory, unless told otherwise. The others are packages of their own, loaded when they are asked for.
 * @throws UsageError; TurnpikeError `store_unusable`, `store_may_evict`, `store_unreachable`
 */
export async function openStore({ lmdb, redis }: StoreFlags, env: Io['env']): Promise<OpenStore> {
  if (lmdb !== undefined && redis !== undefined) throw new UsageError('Give --lmdb or --redis, not both.')
  if (lmdb !== undefined) {
    const { lmdbStore } = await loadOptional(
      '--lmdb',
      '@turnpike/lmdb',
      async () => await import('@turnpike/lmdb'),
    )
    return { store: lmdbStore(lmdb), close: async () => undefined }
  }
  return redis === undefined
    ? { store: memoryStore(), close: async () => undefined }
    : await openRedis(expandEnvironment(redis, env, '--redis'))
}

async function openRedis(url: string): Promise<OpenStore> {
  if (!/^rediss?:\/\//.test(url))
    throw new UsageError('--redis takes an address such as redis://127.0.0.1:6379.')
  const { Redis } = await loadOptional('--redis', 'ioredis', async () => await import('ioredis'))
  const { redisStore } = await loadOptional(
    '--redis',
    '@turnpike/redis',
    async () => await import('@turnpike/redis'),
  )
  const client = new Redis(url, { lazyConnect: true })
  const store = redisStore(client)
  const close = async (): Promise<void> => client.disconnect()
  try {
    await store.ready()
    return { store, close }
  } catch (error) {
    await store.close()
    await close()
    throw error
  }
}
