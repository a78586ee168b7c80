import type { Cluster, Redis } from 'ioredis'
import type { Connection } from './connection.ts'

/**
 * What the servers do when their memory is full (RULES R15).
 * - `never`: refuse writes; nothing that was spent is forgotten.
 * - a policy such as `allkeys-lru`: forget keys, spent credentials among them.
 * - `unknown`: they would not say.
 */
export type EvictionPolicy = 'never' | 'unknown' | (string & {})

/** @returns the first policy found that forgets. */
export async function readEvictionPolicy({ client, bounded }: Connection): Promise<EvictionPolicy> {
  const asked = primariesOf(client).map((node) => bounded(readPolicy(node)).catch(() => 'unknown' as const))
  const policies = await Promise.all(asked)
  return policies.find((policy) => policy !== 'never' && policy !== 'unknown') ?? policies[0] ?? 'unknown'
}

function primariesOf(client: Redis | Cluster): readonly Redis[] {
  return 'nodes' in client ? client.nodes('master') : [client]
}

async function readPolicy(node: Redis): Promise<EvictionPolicy> {
  const policy = (await readConfig(node)) ?? (await readInfo(node))
  if (policy === undefined) return 'unknown'
  return policy === 'noeviction' ? 'never' : policy
}

/** Hosted servers often do not allow CONFIG. */
async function readConfig(node: Redis): Promise<string | undefined> {
  try {
    const reply: unknown = await node.config('GET', 'maxmemory-policy')
    return Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined
  } catch {
    return undefined
  }
}

async function readInfo(node: Redis): Promise<string | undefined> {
  try {
    return /^maxmemory_policy:(\S+)/m.exec(await node.info('memory'))?.[1]
  } catch {
    return undefined
  }
}
