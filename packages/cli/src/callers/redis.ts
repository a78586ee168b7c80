import type { Store } from '@turnpike/core'
import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { messageOf } from '../failure.ts'
import { loadOptional } from '../optional-package.ts'

const PACKAGES = ['@turnpike/redis', 'ioredis'] as const
const PATIENCE_MS = 5000

/**
 * Opens the store of a gate on Redis, alone or a cluster, found out by asking.
 * @throws Error that says why the server does not answer; never with the URL, in which a password may be
 */
export async function openRedisStore(
  url: string,
  prefix: string | undefined,
  patienceMs = PATIENCE_MS,
): Promise<Store> {
  const ours = await loadOptional('@turnpike/redis', PACKAGES)
  const drivers = await loadOptional('ioredis', PACKAGES)
  if (!isStorePackage(ours) || !isDriver(drivers)) throw new Error(`Update ${PACKAGES.join(' and ')}.`)
  const redis = await connect(new drivers.Redis(url, oneAttempt(patienceMs)))
  const client: Redis | Cluster = (await isCluster(redis))
    ? new drivers.Cluster([nodeOf(redis)], { lazyConnect: true, redisOptions: credentialsOf(redis) })
    : redis
  // Reading and forgetting counts spends nothing, so a server that may evict is good enough.
  const options = { timeoutMs: patienceMs, allowEviction: true, log: () => undefined }
  const store = ours.redisStore(client, prefix === undefined ? options : { ...options, prefix })
  redis.disconnect()
  try {
    await store.ready()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** No second attempt at anything: whoever waits at a terminal rather hears why. */
function oneAttempt(patienceMs: number) {
  return {
    lazyConnect: true,
    connectTimeout: patienceMs,
    // One that is frozen does not hang up either.
    disconnectTimeout: 50,
    commandTimeout: patienceMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  } satisfies RedisOptions
}

async function connect(redis: Redis): Promise<Redis> {
  let reason: Error | undefined
  redis.on('error', (error: Error) => (reason = error))
  try {
    await redis.connect()
    await redis.ping()
    return redis
  } catch (error) {
    // To one that has ended it would keep the process waiting for two seconds.
    if (redis.status !== 'end') redis.disconnect()
    const { host, port } = nodeOf(redis)
    throw new Error(`Redis at ${host}:${port} does not answer: ${messageOf(reason ?? error)}`, {
      cause: error,
    })
  }
}

function nodeOf({ options }: Redis): { readonly host: string; readonly port: number } {
  return { host: options.host ?? 'localhost', port: options.port ?? 6379 }
}

function credentialsOf({ options: { username, password, tls } }: Redis) {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  }
}

/** A server that does not tell is taken for one by itself. */
async function isCluster(redis: Redis): Promise<boolean> {
  const info = await redis.info('cluster').catch(() => '')
  return /^cluster_enabled:1/m.test(info)
}

function isStorePackage(module: unknown): module is typeof import('@turnpike/redis') {
  return typeof module === 'object' && module !== null && 'redisStore' in module
}

function isDriver(module: unknown): module is typeof import('ioredis') {
  return typeof module === 'object' && module !== null && 'Redis' in module && 'Cluster' in module
}
