import { SHARDS } from '@turnpike/core'
import type { Connection } from './connection.ts'
import type { KeySpace } from './keys.ts'
import { Lane } from './lane.ts'

/** All ways to the servers: one lane per shard of a cluster, whose keys share a slot; else one for everything. */
export interface Lanes {
  /** The lane of a shard. On first contact the shard's epoch is made, or kept alive (RULES R15). */
  to(shard: number): Lane
  /** Makes the epochs sure again: after a reconnection the server may be an empty one. */
  greetAnew(): void
  close(): void
}

export interface LanesParts {
  readonly connection: Connection
  readonly keys: KeySpace
  readonly timeoutMs: number
  /** A lane works again. */
  readonly onUp: () => void
  readonly log: (line: string) => void
}

export function createLanes({ connection, keys, timeoutMs, onUp, log }: LanesParts): Lanes {
  const outage = createOutage(log)
  const lanes = Array.from({ length: connection.isCluster ? SHARDS : 1 }, (_, shard) => {
    return new Lane({
      connection,
      greeting: greetingOf(keys, shard),
      timeoutMs,
      onDown: () => outage.begin(shard),
      onUp() {
        outage.end(shard)
        onUp()
      },
    })
  })
  let greeted = new Set<number>()
  return {
    to(shard) {
      const lane = lanes[shard % lanes.length]
      if (lane === undefined) throw new RangeError(`there is no shard ${shard}`)
      if (!greeted.has(shard)) {
        greeted.add(shard)
        lane.tend(greetingOf(keys, shard)).catch(() => greeted.delete(shard))
      }
      return lane
    },
    greetAnew() {
      greeted = new Set()
    },
    close: () => lanes.forEach((lane) => lane.close()),
  }
}

function greetingOf(keys: KeySpace, shard: number) {
  return { op: 'greet', keys: [keys.epoch(shard)] } as const
}

/** Says once that all is well again; that it was not is said by those who were refused. */
function createOutage(log: (line: string) => void) {
  const down = new Set<number>()
  let beganMs = 0
  return {
    begin(shard: number) {
      if (down.size === 0) beganMs = performance.now()
      down.add(shard)
    },
    end(shard: number) {
      if (!down.delete(shard) || down.size > 0) return
      const seconds = ((performance.now() - beganMs) / 1000).toFixed(1)
      log(`turnpike: Redis answers again, after ${seconds} s`)
    },
  }
}
