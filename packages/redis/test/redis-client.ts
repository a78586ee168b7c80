import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'

/** The server that this run of tests has started. */
export const REDIS_URL = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379'

/** @returns a prefix that no other test has, so that all share one server. */
export function freshPrefix(): string {
  return `test-${randomUUID()}`
}

export function openRedis(): Redis {
  return new Redis(REDIS_URL)
}

/** The server's own time in ms since 1970. */
export async function serverMs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}
