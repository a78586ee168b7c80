import type { Warnings } from './warnings.ts'

/** What this asks of Node; elsewhere it is not there. @see https://nodejs.org/api/process.html#processgetbuiltinmoduleid */
interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  getBuiltinModule?(id: 'node:cluster'): { readonly isWorker: boolean }
}

const SHARED_STORES =
  'Share one store: lmdbStore() of @turnpike/lmdb on one machine, redisStore() of @turnpike/redis on many'

/**
 * Names what a gate on the memory store does not do: share, and last.
 *
 * @param isChosen - the operator gave the memory store by name, and knows that it forgets
 */
export function nameMemoryStore(
  warnings: Warnings,
  isChosen: boolean,
  surroundings: Surroundings | undefined = globalThis.process,
): void {
  if (isOneOfSeveral(surroundings)) {
    warnings.once(
      'memory_store_workers',
      `this process is one of several workers, and each counts by itself: a caller gets every limit once per worker. ${SHARED_STORES}`,
    )
  } else if (!isChosen && surroundings?.env['NODE_ENV'] !== 'test') {
    warnings.once(
      'memory_store',
      `no store: this process counts in its memory and forgets it at the end. ${SHARED_STORES}`,
    )
  }
}

/**
 * A worker of node:cluster, which pm2's cluster mode uses, too; or an instance of pm2's fork mode beside a first one.
 * Node takes NODE_UNIQUE_ID out of a worker's environment at its start, hence the question to the module itself.
 */
function isOneOfSeveral(surroundings: Surroundings | undefined): boolean {
  if (surroundings?.getBuiltinModule?.('node:cluster').isWorker === true) return true
  return Number(surroundings?.env['NODE_APP_INSTANCE'] ?? 0) > 0
}
