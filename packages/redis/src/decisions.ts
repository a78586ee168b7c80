import type { AdmitOutcome, AdmitRequest, ClaimRef, ClaimTake, WindowTake } from '@turnpike/core'
import { createDenyCache, isCacheable } from './deny-cache.ts'
import { admitAcross, hasForeignClaims, type ShardStore } from './foreign-claims.ts'
import type { Lanes } from './lanes.ts'
import type { LateClaims } from './late-claims.ts'
import type { MemoryWatch } from './memory-watch.ts'
import type { EncodedDecision, ShapeBook } from './shape.ts'
import type { Tending } from './tending.ts'

/** Decides requests: by what is remembered, in one call, or in two where a credential is of another shard. */
export interface Decisions {
  readonly admit: (request: AdmitRequest) => AdmitOutcome | Promise<AdmitOutcome>
  /** Something was given back: refusals that are remembered may be wrong. */
  readonly forgetDenials: () => void
}

export interface DecisionsParts {
  readonly lanes: Lanes
  readonly book: ShapeBook
  readonly watch: MemoryWatch
  readonly late: LateClaims
  readonly tending: Tending
}

export function createDecisions({ lanes, book, watch, late, tending }: DecisionsParts): Decisions {
  const denials = createDenyCache()

  function admitPlain(request: AdmitRequest): AdmitOutcome | Promise<AdmitOutcome> {
    const decision = book.encode(request)
    if (!isCacheable(request)) return lanes.to(request.shard).decide(decision)
    return denials.find(decision.name) ?? decideAndRemember(request, decision)
  }

  async function decideAndRemember(request: AdmitRequest, decision: EncodedDecision): Promise<AdmitOutcome> {
    const outcome = await lanes.to(request.shard).decide(decision)
    denials.add(decision.name, outcome)
    return outcome
  }

  /** @throws TurnpikeError `store_may_evict`, `store_unreachable` */
  async function decideWithClaims(request: AdmitRequest): Promise<AdmitOutcome> {
    const trusts = takesCredentials(request)
    if (trusts && watch.fault !== undefined) throw watch.fault
    try {
      const outcome = await lanes.to(request.shard).decide(book.encode(request))
      // The very first decisions are under way before the servers have been asked.
      if (trusts && watch.fault !== undefined) throw watch.fault
      return outcome
    } catch (error) {
      late.add(request.ways.flatMap((way) => way.claims))
      throw error
    }
  }

  const shards: ShardStore = {
    decide: decideWithClaims,
    async undo(claims: readonly ClaimTake[]) {
      late.add(claims)
      await late.release(async (claim: ClaimRef) => await tending.undo(claim))
    },
    async refund(shard: number, takes: readonly WindowTake[], atMs: number) {
      await tending.adjust(takes.map((take) => ({ ...take, shard, atMs, units: -take.cost })))
    },
  }

  return {
    admit(request) {
      if (!takesClaims(request)) return admitPlain(request)
      return hasForeignClaims(request) ? admitAcross(shards, request) : decideWithClaims(request)
    },
    forgetDenials: () => denials.clear(),
  }
}

/** Also where no credential was shown yet, but one is about to be asked for. */
function takesClaims({ ways, otherwise }: AdmitRequest): boolean {
  return otherwise.length > 0 || ways.some(({ claims }) => claims.length > 0)
}

/** What was spent must last; a slot that the server forgets is taken anew. */
function takesCredentials({ ways, otherwise }: AdmitRequest): boolean {
  return otherwise.length > 0 || ways.some(({ claims }) => claims.some(({ lapse }) => lapse !== 'free'))
}
