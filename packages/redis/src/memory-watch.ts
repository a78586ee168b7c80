import { TurnpikeError } from '@turnpike/core'
import type { Connection } from './connection.ts'
import { type EvictionPolicy, readEvictionPolicy } from './eviction.ts'

/** Knows whether the servers may forget what was spent (RULES R15). */
export interface MemoryWatch {
  /** Asks the servers, after each connection anew: another one may have taken over. */
  look(connection: Connection): Promise<void>
  /** Why credentials must not be taken; undefined while they may. */
  readonly fault: TurnpikeError | undefined
}

/** @param allowEviction - the operator takes the risk. */
export function createMemoryWatch(allowEviction: boolean, log: (line: string) => void): MemoryWatch {
  let fault: TurnpikeError | undefined
  let warned = false

  function judge(policy: EvictionPolicy): void {
    fault = undefined
    if (policy === 'unknown') warn()
    else if (policy !== 'never' && !allowEviction) {
      fault = mayEvict(policy)
      log(`turnpike: ${fault.message}`)
    }
  }

  function warn(): void {
    if (warned || allowEviction) return
    warned = true
    log(
      'turnpike: Redis does not tell its maxmemory-policy. Make sure that it is noeviction (store_eviction_unknown: npx @turnpike/cli explain store_eviction_unknown)',
    )
  }

  return {
    get fault() {
      return fault
    },
    async look(connection) {
      judge(await readEvictionPolicy(connection))
    },
  }
}

function mayEvict(policy: string): TurnpikeError {
  return new TurnpikeError(
    'store_may_evict',
    `Redis has maxmemory-policy ${policy}: with its memory full it forgets what was spent. Run CONFIG SET maxmemory-policy noeviction, or pass allowEviction: true`,
  )
}
