import type { AdmitOutcome, AdmitRequest, ClaimRef, ClaimTake, WayTake, WindowTake } from '@turnpike/core'

/** Length of windows that are waited for: short, because some stores have a clock of their own. */
export const WINDOW_MS = 400
/** Lease of claims that are waited for. */
export const LEASE_MS = 300
/** Of what no test waits for: nothing ends by accident, however slow the machine. */
const LONG_MS = 3_600_000
/** No sample credential ends unless its test says so. */
const NEVER_MS = 4_000_000_000_000

/** Three units an hour; one is taken. */
export function sampleWindow(changes: Partial<WindowTake> = {}): WindowTake {
  return { holder: 'caller', id: 'search:free', limit: 3, windowMs: LONG_MS, cost: 1, ...changes }
}

/** Three units per `WINDOW_MS`; one is taken. */
export function briefWindow(changes: Partial<WindowTake> = {}): WindowTake {
  return sampleWindow({ windowMs: WINDOW_MS, ...changes })
}

/** One use of a single-use, settled, paid credential. */
export function sampleClaim(changes: Partial<ClaimTake> = {}): ClaimTake {
  return {
    credential: 'payment',
    shard: 9,
    claimId: 'claim',
    uses: 1,
    expiresAtMs: NEVER_MS,
    leaseMs: LONG_MS,
    lapse: 'giveBack',
    settled: true,
    ...changes,
  }
}

/** The sample claim with a lease that a test waits for. */
export function briefClaim(changes: Partial<ClaimTake> = {}): ClaimTake {
  return sampleClaim({ leaseMs: LEASE_MS, ...changes })
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

/** The claim as it is ended by. */
export function refOf({ credential, shard, claimId }: ClaimTake): ClaimRef {
  return { credential, shard, claimId }
}

/** What was admitted. */
export type Admitted = Extract<AdmitOutcome, { outcome: 'admitted' }>
/** What was refused. */
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
