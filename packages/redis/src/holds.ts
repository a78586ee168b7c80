import type { ClaimRef, Store } from '@turnpike/core'
import type { KeySpace } from './keys.ts'
import type { Lanes } from './lanes.ts'

/** Paused calls (RULES R34): the seal in its own shard, the leases of the claims in theirs. */
export type Holds = Pick<Store, 'hold' | 'resume'>

export function createHolds(lanes: Lanes, keys: KeySpace): Holds {
  const stretch = async (claims: readonly ClaimRef[], leaseMs: number, any: boolean): Promise<boolean> => {
    const stretched = [...byShard(claims)].map(async ([shard, own]) => {
      const op = {
        op: 'stretch',
        keys: own.map(({ credential }) => keys.credential(credential, shard)),
        claimIds: own.map(({ claimId }) => claimId),
        leaseMs,
      } as const
      return (await lanes.to(shard).tend(any ? { ...op, any } : op)) === true
    })
    return (await Promise.all(stretched)).every(Boolean)
  }

  return {
    async hold({ seal, shard, claims, ttlMs }) {
      const sealKeys = [keys.hold(seal, shard)]
      const lane = lanes.to(shard)
      const text = JSON.stringify(claims.map((claim) => [claim.credential, claim.shard, claim.claimId]))
      if ((await lane.tend({ op: 'seal', keys: sealKeys, claims: text, ttlMs })) !== true) return false
      // The seal is nobody's yet, so it may be taken off again.
      if (await stretch(claims, ttlMs, false)) return true
      await lane.tend({ op: 'unseal', keys: sealKeys })
      return false
    },
    async resume(seal, shard, leaseMs) {
      const text = await lanes.to(shard).tend({ op: 'resume', keys: [keys.hold(seal, shard)] })
      if (typeof text !== 'string') return undefined
      const claims = parseClaims(text)
      // The call is resumed whatever becomes of this: its leases are the longer ones of the hold then.
      await stretch(claims, leaseMs, true).catch(() => undefined)
      return claims
    },
  }
}

function parseClaims(text: string): readonly ClaimRef[] {
  const list: unknown = JSON.parse(text)
  return isList(list) ? list.map(parseClaim) : []
}

function parseClaim(entry: unknown): ClaimRef {
  const [credential, shard, claimId] = isList(entry) ? entry : []
  return { credential: String(credential), shard: Number(shard), claimId: String(claimId) }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function byShard(claims: readonly ClaimRef[]): ReadonlyMap<number, readonly ClaimRef[]> {
  const shards = new Map<number, ClaimRef[]>()
  for (const claim of claims) {
    const own = shards.get(claim.shard)
    if (own === undefined) shards.set(claim.shard, [claim])
    else own.push(claim)
  }
  return shards
}
