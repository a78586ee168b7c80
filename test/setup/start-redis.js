import { startRedis } from '../../scripts/redis.js'

/** One Redis for a whole run of tests, on a port of its own: TEST_REDIS_URL. Each test has keys of its own in it. */
export default async function startForAll() {
  const server = await startRedis()
  process.env['TEST_REDIS_URL'] = server.url
  Object.assign(globalThis, { stopTestRedis: server.stop })
}
