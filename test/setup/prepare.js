import { ensurePython } from '../../scripts/python.js'
import startRedis from './start-redis.js'

/** What tests need beside Node: a Redis for all of them, and Python. */
export default async function prepare() {
  ensurePython()
  await startRedis()
}
