import { type Store, TurnpikeError } from '@turnpike/core'
import { openConnection } from './connection.ts'
import { createDecisions } from './decisions.ts'
import { createHolds } from './holds.ts'
import { createKeySpace } from './keys.ts'
import { createLanes } from './lanes.ts'
import { createLateClaims } from './late-claims.ts'
import { createMemoryWatch } from './memory-watch.ts'
import { checkRedisOptions, type RedisStoreOptions } from './options.ts'
import type { RedisClient } from './script.ts'
import { createShapeBook } from './shape.ts'
import { createTending } from './tending.ts'
import { createWindowNames } from './window-names.ts'
import { inspectHolder } from './window-reports.ts'

/** A store on Redis. */
export interface RedisStore extends Store {
  /**
   * Resolves when Redis answers and may be trusted with what is spent: for a start that fails rather than serve 503.
   * @throws TurnpikeError `store_may_evict`, `store_unreachable` after five seconds
   */
  ready(): Promise<void>
}

const HOUR_MS = 3_600_000
/** A window's text outlives the window: it is told again every hour. */
const NAME_GRACE_MS = 2 * HOUR_MS
const READY_WITHIN_MS = 5000

/**
 * Keeps everything in Redis, for many machines: one script per decision, all decisions of one turn in one call. The client
 * is copied with options that fail fast; it may be of a single server, of Sentinel or of a cluster.
 *
 * @param redis - a client of ioredis 5 or 6; it stays yours, and open.
 * @example createGate({ name: 'my-api', secret, store: redisStore(new Redis(process.env.REDIS_URL)) })
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function redisStore(redis: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const { prefix, timeoutMs, allowEviction, log } = checkRedisOptions(options)
  const keys = createKeySpace(prefix)
  const watch = createMemoryWatch(allowEviction, log)
  const late = createLateClaims()
  const connection = openConnection(redis, timeoutMs, async () => {
    lanes.greetAnew()
    await watch.look(connection)
  })
  const lanes = createLanes({
    connection,
    keys,
    timeoutMs,
    log,
    onUp: () => void late.release((claim) => tending.undo(claim)),
  })
  const names = createWindowNames((name, id, windowMs) => {
    const op = { op: 'name', keys: [keys.windowName(name)], id, ttlMs: windowMs + NAME_GRACE_MS } as const
    lanes
      .to(keys.windowNameShard(name))
      .tend(op)
      .catch(() => undefined)
  })
  const tending = createTending(lanes, keys, names)
  const decisions = createDecisions({ lanes, book: createShapeBook(keys, names), watch, late, tending })
  const hourly = setInterval(() => {
    lanes.greetAnew()
    names.announceAll()
  }, HOUR_MS)
  hourly.unref()
  return {
    ...tending,
    ...createHolds(lanes, keys),
    admit: decisions.admit,
    async adjust(adjustments) {
      decisions.forgetDenials()
      await tending.adjust(adjustments)
    },
    inspect: async (holder, shard) => await inspectHolder({ lanes, keys, names }, holder, shard),
    async reset(holder, shard) {
      decisions.forgetDenials()
      await lanes.to(shard).tend({ op: 'reset', keys: [keys.windows(holder, shard)] })
    },
    async ready() {
      await soon(connection.opened)
      if (watch.fault !== undefined) throw watch.fault
    },
    async close() {
      clearInterval(hourly)
      lanes.close()
      connection.close()
    },
  }
}

/** @throws TurnpikeError `store_unreachable` */
async function soon(work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeUp = new Promise<never>((_, reject) => {
    const message = `Redis could not be reached within ${READY_WITHIN_MS} ms`
    timer = setTimeout(() => reject(new TurnpikeError('store_unreachable', message)), READY_WITHIN_MS)
  })
  await Promise.race([work, timeUp])
  clearTimeout(timer)
}
