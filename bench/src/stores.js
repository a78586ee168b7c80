/** Stores that remember: LMDB on one machine, Redis for many, beside what people use today. */
import { measureLmdb } from './stores-lmdb.js'
import { measureRedis } from './stores-redis.js'

/** @returns {Promise<import('./table.js').Report>} */
export async function runStores() {
  const parts = [await measureRedis(), await measureLmdb()]
  return {
    suite: 'Stores',
    tables: parts.flatMap(({ tables }) => tables),
    bars: parts.flatMap(({ bars }) => bars),
    beside: parts.flatMap(({ beside }) => beside),
    notes: parts.flatMap(({ notes }) => notes),
  }
}
