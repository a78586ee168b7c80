import { describe } from '@jest/globals'
import { describeStoreClaims } from './describe-store-claims.ts'
import { describeStoreEndings } from './describe-store-endings.ts'
import { describeStoreHolds } from './describe-store-holds.ts'
import { describeStoreSlots } from './describe-store-slots.ts'
import { describeStoreLimits } from './describe-store-limits.ts'
import { describeStoreWays } from './describe-store-ways.ts'
import { describeStoreWindows } from './describe-store-windows.ts'
import type { StoreOpener } from './open-store.ts'

/**
 * What every store must do (RULES R2, R5-R7, R9-R13, R15, R20, R21, R23, R26, R27, R31, R33, R34), by its
 * port alone. Stores that keep their own time are waited for, in short pieces: some 20 seconds of it.
 *
 * @param open makes a fresh, empty store for each test.
 * @example describeStore('memory', async () => { ... })
 */
export function describeStore(name: string, open: StoreOpener): void {
  describe(`store: ${name}`, () => {
    describeStoreWays(open)
    describeStoreWindows(open)
    describeStoreLimits(open)
    describeStoreClaims(open)
    describeStoreEndings(open)
    describeStoreSlots(open)
    describeStoreHolds(open)
  })
}
