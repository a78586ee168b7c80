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

/** Makes one for each test. */
export type StoreOpener = () => Promise<OpenStore>

/** So much more than a body has asked for may pass on a clock that is waited for. */
const ASTRAY_MS = 20
const ATTEMPTS = 5

/**
 * Runs a test body on a store of its own. On a busy machine, a store that keeps its own time is ahead of what its test
 * waited for: leases lapse between two lines. What fails then has said nothing about the store, and is tried again on
 * another one; a store whose clock the test sets has one attempt.
 */
export function onStore(open: StoreOpener, body: (opened: OpenStore) => Promise<void>): () => Promise<void> {
  return async () => {
    let attempt = 1
    while (!(await isProven(open, body, attempt === ATTEMPTS))) attempt += 1
  }
}

/** @returns false where the body failed with the clock astray. @throws what the body throws otherwise. */
async function isProven(
  open: StoreOpener,
  body: (opened: OpenStore) => Promise<void>,
  isLast: boolean,
): Promise<boolean> {
  const opened = await open()
  const beganMs = await opened.now()
  let askedMs = 0
  const advance = async (ms: number): Promise<void> => {
    askedMs += ms
    await opened.advance(ms)
  }
  try {
    await body({ ...opened, advance })
    return true
  } catch (error) {
    const astrayMs = (await opened.now()) - beganMs - askedMs
    if (isLast || astrayMs <= ASTRAY_MS) throw error
    return false
  } finally {
    await opened.close()
  }
}
