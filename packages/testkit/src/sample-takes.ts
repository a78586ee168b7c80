import type { AdmitOutcome, AdmitRequest, ClaimRef, ClaimTake, WayTake, WindowTake } from '@turnpike/core'

/** Length of sample windows: short, because stores with a clock of their own are waited for. */
export const WINDOW_MS = 400
/** Lease of sample claims: long enough that a slow machine does not end it by accident. */
export const LEASE_MS = 300
/** No sample credential ends unless its test says so. */
const NEVER_MS = 4_000_000_000_000

/** Three units per `WINDOW_MS`; one is taken. */
export function sampleWindow(changes: Partial<WindowTake> = {}): WindowTake {
  return { holder: 'caller', id: 'search:free:400', limit: 3, windowMs: WINDOW_MS, cost: 1, ...changes }
}

/** One use of a single-use, settled, paid credential. */
export function sampleClaim(changes: Partial<ClaimTake> = {}): ClaimTake {
  return {
    credential: 'payment',
    shard: 9,
    claimId: 'claim',
    uses: 1,
    expiresAtMs: NEVER_MS,
    leaseMs: LEASE_MS,
    lapse: 'giveBack',
    settled: true,
    ...changes,
  }
}

/** A way that asks for nothing. */
export function sampleWay(changes: Partial<WayTake> = {}): WayTake {
  return { windows: [], claims: [], ...changes }
}

/** A request from shard 5 with one way that asks for nothing. */
export function sampleRequest(changes: Partial<AdmitRequest> = {}): AdmitRequest {
  return { shard: 5, common: [], ways: [sampleWay()], otherwise: [], ...changes }
}

/** A request by one way with these windows. */
export function requestOf(...windows: readonly WindowTake[]): AdmitRequest {
  return sampleRequest({ ways: [sampleWay({ windows })] })
}

/** A request by one way with these claims. */
export function claiming(...claims: readonly ClaimTake[]): AdmitRequest {
  return sampleRequest({ ways: [sampleWay({ claims })] })
}

export function refOf({ credential, shard, claimId }: ClaimTake): ClaimRef {
  return { credential, shard, claimId }
}

export type Admitted = Extract<AdmitOutcome, { outcome: 'admitted' }>
export type Refused = Extract<AdmitOutcome, { outcome: 'refused' }>

/** @throws when the request was not admitted. */
export function admitted(outcome: AdmitOutcome): Admitted {
  if (outcome.outcome !== 'admitted') throw new Error(`expected to be admitted: ${JSON.stringify(outcome)}`)
  return outcome
}

/** @throws when the request was not refused. */
export function refused(outcome: AdmitOutcome): Refused {
  if (outcome.outcome !== 'refused') throw new Error(`expected to be refused: ${JSON.stringify(outcome)}`)
  return outcome
}
