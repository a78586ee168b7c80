import { slotMs } from '@turnpike/core'
import type { ClaimRef, GiveBackOutcome, KeepOutcome, Store } from '@turnpike/core'
import type { KeySpace } from './keys.ts'
import type { Lanes } from './lanes.ts'
import type { WindowNames } from './window-names.ts'

/** What happens to claims and windows after a decision. */
export interface Tending extends Pick<Store, 'renew' | 'keep' | 'giveBack' | 'revoke' | 'adjust'> {
  /** Undoes a claim that came to nothing; it does not count as given back. */
  undo(claim: ClaimRef): Promise<unknown>
}

const KEEP_OUTCOMES: readonly KeepOutcome[] = ['kept', 'overlap', 'gone']
const GIVE_BACK_OUTCOMES: readonly GiveBackOutcome[] = ['givenBack', 'exhausted', 'gone']

export function createTending(lanes: Lanes, keySpace: KeySpace, names: WindowNames): Tending {
  async function end(
    op: 'keep' | 'giveBack' | 'undo',
    { credential, shard, claimId }: ClaimRef,
  ): Promise<unknown> {
    return await lanes.to(shard).tend({ op, keys: [keySpace.credential(credential, shard)], claimId })
  }

  return {
    async renew(claims, leaseMs) {
      const renewed = claims.map(async ({ credential, shard, claimId }) => {
        const keys = [keySpace.credential(credential, shard)]
        await lanes.to(shard).tend({ op: 'renew', keys, claimId, leaseMs })
      })
      await Promise.all(renewed)
    },
    async keep(claim) {
      const kept = await end('keep', claim)
      return KEEP_OUTCOMES.find((outcome) => outcome === kept) ?? 'gone'
    },
    async giveBack(claim) {
      const undone = claim.unserved === true ? await end('undo', claim) : 'gone'
      // A claim that is live no longer is counted no more either, so asking again is safe.
      const back = undone === 'gone' ? await end('giveBack', claim) : undone
      return GIVE_BACK_OUTCOMES.find((outcome) => outcome === back) ?? 'gone'
    },
    async revoke(credential, shard, untilMs) {
      const keys = [keySpace.credential(credential, shard)]
      await lanes.to(shard).tend({ op: 'revoke', keys, untilMs: Math.floor(untilMs) })
    },
    async undo(claim) {
      return await end('undo', claim)
    },
    async adjust(adjustments) {
      const adjusted = adjustments.map(async ({ shard, holder, id, windowMs, limit, atMs, units }) => {
        const keys = [keySpace.windows(holder, shard)]
        const terms = { name: names.nameOf(id, windowMs), windowMs, slotMs: slotMs(windowMs, limit) }
        await lanes.to(shard).tend({ op: 'adjust', keys, ...terms, atMs, units })
      })
      await Promise.all(adjusted)
    },
  }
}
