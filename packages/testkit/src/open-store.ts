import type { Store } from '@turnpike/core'

/** A fresh, empty store, and the hands on its clock. */
export interface OpenStore {
  readonly store: Store
  /** The store's own time in ms since 1970. */
  readonly now: () => number | Promise<number>
  /** Lets at least `ms` pass on the store's clock: sets a clock that was passed in, or waits. */
  readonly advance: (ms: number) => Promise<void>
  /** Closes the store and removes what it left. */
  readonly close: () => Promise<void>
}

export type StoreOpener = () => Promise<OpenStore>

/** Runs a test body on a store of its own. */
export function onStore(open: StoreOpener, body: (opened: OpenStore) => Promise<void>): () => Promise<void> {
  return async () => {
    const opened = await open()
    try {
      await body(opened)
    } finally {
      await opened.close()
    }
  }
}
