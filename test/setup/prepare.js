import { join } from 'node:path'
import { ensurePython } from '../../scripts/python.js'
import startRedis from './start-redis.js'

const LEAVE_AT_ONCE = join(import.meta.dirname, 'leave-at-once.cjs')

/** What tests need beside Node: a Redis for all of them, and Python. */
export default async function prepare() {
  ensurePython()
  // Workers start with the options of this process; --import would lose the first message to them.
  process.execArgv.push('--require', LEAVE_AT_ONCE)
  await startRedis()
}
