import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { encodeBase64url } from '@turnpike/protocol'
import type { CountedCaller } from './caller.ts'
import { newClaimId } from './claim-id.ts'
import { TurnpikeError } from './errors.ts'
import { LEASE_MS } from './leases.ts'
import { checkKnownOptions } from './option-check.ts'
import type { ClaimRef, ClaimTake } from './store.ts'

/** How many calls of a caller may run at once: `5`, or `{ limit: 5, per: 'subject' }` for all callers of an account or network. */
export type InFlight = number | { readonly limit: number; readonly per?: 'caller' | 'subject' }

/** A checked limit of calls in flight. */
export interface InFlightSpec {
  readonly limit: number
  readonly per: 'caller' | 'subject'
}

/** A limit of calls in flight, named for the store. */
export interface InFlightLimit extends InFlightSpec {
  /** Names the policy (R6); the same length for all. */
  readonly id: string
}

const MOST = 10_000

/** @throws TurnpikeError `option_invalid`, `option_unknown` */
export function checkInFlight(option: InFlight | undefined): InFlightSpec | undefined {
  if (option === undefined) return undefined
  if (typeof option !== 'number' && (typeof option !== 'object' || option === null)) throw invalid(option)
  const { limit, per = 'caller' } = typeof option === 'number' ? { limit: option } : option
  if (typeof option === 'object') checkKnownOptions('inFlight', option, ['limit', 'per'])
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST) throw invalid(limit)
  if (per !== 'caller' && per !== 'subject') throw invalid(per)
  return { limit, per }
}

/** @param base - whose limit it is: a policy or a route, as its windows are called */
export function nameInFlight(spec: InFlightSpec | undefined, base: string): InFlightLimit | undefined {
  return spec && { ...spec, id: encodeBase64url(sha256(utf8ToBytes(`in-flight ${base}`)).subarray(0, 15)) }
}

const PREFIX = 'slot.'

/** One slot for the call at hand: a claim that lives as long as its lease is renewed, and frees the slot at its end. */
export function slotTake({ id, limit, per }: InFlightLimit, caller: CountedCaller): ClaimTake {
  return {
    credential: `${PREFIX}${id}${per === 'subject' ? caller.subjectHolder : caller.holder}`,
    shard: caller.shard,
    claimId: newClaimId(),
    uses: limit,
    expiresAtMs: 0,
    leaseMs: LEASE_MS,
    lapse: 'free',
    settled: true,
  }
}

/** Is it a slot, and nothing that anybody paid for? */
export function isSlot({ credential }: Pick<ClaimRef, 'credential'>): boolean {
  return credential.startsWith(PREFIX)
}

function invalid(found: unknown): TurnpikeError {
  return new TurnpikeError(
    'option_invalid',
    `policy inFlight: ${String(found)}; take how many calls may run at once, 1 to ${MOST}, or { limit, per: 'caller' | 'subject' }`,
  )
}
