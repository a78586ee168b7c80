import type { Cluster, Redis } from 'ioredis'
import { createHash } from 'node:crypto'

/** An ioredis client of any kind. */
export type RedisClient = Redis | Cluster

/** A Lua script, sent by its hash; by its text to a server that does not have it yet. */
export interface Script {
  readonly text: string
  run(client: RedisClient, keys: readonly string[], args: readonly string[]): Promise<Buffer>
}

export function createScript(text: string): Script {
  const sha = createHash('sha1').update(text).digest('hex')
  return {
    text,
    async run(client, keys, args) {
      try {
        return bytesOf(await client.callBuffer('evalsha', sha, keys.length, ...keys, ...args))
      } catch (error) {
        // After a restart, a failover or SCRIPT FLUSH. Nothing of the script has run.
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
        return bytesOf(await client.callBuffer('eval', text, keys.length, ...keys, ...args))
      }
    },
  }
}

function bytesOf(reply: unknown): Buffer {
  if (Buffer.isBuffer(reply)) return reply
  throw new Error('Redis answered a script with something else than a string')
}
