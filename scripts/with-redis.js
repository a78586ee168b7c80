/** Runs a script of Node with a Redis server at its side, named by REDIS_URL: `node scripts/with-redis.js dist/main.js`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startRedis } from './redis.js'

const redis = await startRedis()
const child = spawn(process.execPath, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, REDIS_URL: redis.url },
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM']))
  process.on(signal, () => child.kill(signal))
await once(child, 'exit')
await redis.stop()
process.exit(child.exitCode ?? 1)
