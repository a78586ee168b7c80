/**
 * The store port: windows, claims and holds, each operation atomic and named by intent (RULES R2, R6, R7, R9-R14).
 *
 * All times are milliseconds of the **store's** clock (R13). An operation that cannot be carried out rejects; a store
 * never half-applies one.
 */

/** One sliding window, as a decision asks for it. */
export interface WindowTake {
  /** Whose windows are kept together: a hash that names a caller, a subject or a payment; never an address. */
  readonly holder: string
  /** Which of the holder's windows this is (R6): policy name, role and length; never a path of the request. */
  readonly id: string
  /** Most units in any interval of `windowMs`. May differ from call to call: the state holds no limit. */
  readonly limit: number
  /** Length in milliseconds, below 2^31. */
  readonly windowMs: number
  /** Units to take; 0 only looks, and fits while no more than `limit` is taken. */
  readonly cost: number
  /** Charge even above the limit, so that the window then blocks others (meters, R7). Default false. */
  readonly force?: boolean
  /** Its units may be corrected after the call (meters), so that no refusal for it is remembered (R17). Default false. */
  readonly correctable?: boolean
}

/** How one window stands after a decision. */
export interface WindowState {
  /** Units that would still fit now; never below 0. */
  readonly remaining: number
  /** 0: the take fits. Above 0: exact milliseconds until it would. -1: it never will (cost above the limit). */
  readonly retryMs: number
  /** Milliseconds until the next unit comes back; 0 when none is taken. */
  readonly nextMs: number
  /** Milliseconds until all units are back; 0 when none is taken. */
  readonly fullMs: number
}

/**
 * What the end of a lease means: `keep` for work (spent at once, R12), `giveBack` for paid uses (R11), `free` for slots of
 * calls in flight. A slot is used by nobody for good: whatever ends its claim frees it, uncounted, and the claim is
 * forgotten with its end. So a slot has no end of its own, and its `uses` may differ from take to take like any limit.
 */
export type Lapse = 'keep' | 'giveBack' | 'free'

/** One use of a credential, or one slot, as a decision asks for it (R11, R12). */
export interface ClaimTake {
  /** Replay key of a challenge, or payment hash: the identity of the credential, never the text of a token. Or what has slots. */
  readonly credential: string
  /** Home shard of the credential, 0..63 (R9). */
  readonly shard: number
  /** Random name of this claim: `keep` and `giveBack` act on it alone. */
  readonly claimId: string
  /** Uses as signed or sold; a record never has more than it began with. Of slots: how many there are now. */
  readonly uses: number
  /**
   * When the credential ends as it was issued; its record lives 60 s longer. Judged by the store's clock. Never an earlier
   * end that its holder added: the record would be forgotten while the credential as issued is still good. 0 for slots.
   */
  readonly expiresAtMs: number
  /** When it was issued, where known: a store that began later refuses it as `lost` (R15). */
  readonly issuedAtMs?: number
  /** How long the claim stays live without `renew`. */
  readonly leaseMs: number
  readonly lapse: Lapse
  /**
   * It shows who calls and buys nothing: never given back, and while the store is down a process may judge it by its own
   * memory (R16). Default false.
   */
  readonly proof?: boolean
  /** Is the payment behind it known to be settled? True where there is nothing to settle. Once true, always true (R26). */
  readonly settled: boolean
}

/**
 * - `claimed`: the use is taken.
 * - `spent`: no use is left.
 * - `inFlight`: no use is left now, but a live claim may still give one back; so with slots, when all are taken.
 * - `exhausted`: no use is left, and it was given back as often as allowed.
 * - `expired`, `lost`, `unsettled`: nothing was looked at further, nothing is taken.
 */
export type ClaimOutcome = 'claimed' | 'spent' | 'inFlight' | 'exhausted' | 'expired' | 'lost' | 'unsettled'

/** A way to be admitted: its own windows and its own claims, all of which must fit. */
export interface WayTake {
  readonly windows: readonly WindowTake[]
  readonly claims: readonly ClaimTake[]
  /** Counted instead of the request's `common` windows on this way (R5). */
  readonly common?: readonly WindowTake[]
  /** Report how its windows stand, but do not take it: no credential for it was shown. Default false. */
  readonly lookOnly?: boolean
}

/** One decision (R2): common windows, then the ways in order; the first that fits whole is taken, nothing else is touched. */
export interface AdmitRequest {
  /** Home shard of the caller's subject, 0..63 (R9). */
  readonly shard: number
  readonly common: readonly WindowTake[]
  readonly ways: readonly WayTake[]
  /**
   * Taken, each if it fits, when the common windows fit but no way does: the `issued` window (R21). Only looked at where a
   * slot is wanting: who has to wait for that is issued nothing.
   */
  readonly otherwise: readonly WindowTake[]
  /** Fence: later than this on the store's clock, nothing is charged and the outcome is `late` (R13). */
  readonly deadlineMs?: number
}

/** Why one way was not taken. `claims` holds one entry per claim asked for; a claim that would fit reads `claimed`. */
export interface WayRefusal {
  readonly windows: readonly WindowState[]
  readonly claims: readonly ClaimOutcome[]
  /** How the way's own `common` windows stand; absent on ways that are counted by the request's. */
  readonly common?: readonly WindowState[]
}

/**
 * What came of a decision.
 * - `late`: the fence had passed (R13). `full`: no room for a newcomer (R18). `corrupt`: a record cannot be read (R14). Nothing
 *   was taken then.
 */
export type AdmitOutcome =
  | {
      readonly outcome: 'admitted'
      /** Store time of the decision: names the record that a refund must go to. */
      readonly atMs: number
      /** Index into `ways`. */
      readonly way: number
      /** The common windows that were counted (the way's own `common`, where it has one). */
      readonly common: readonly WindowState[]
      readonly windows: readonly WindowState[]
      /** Uses left of each claim's credential after this one. */
      readonly usesLeft: readonly number[]
    }
  | {
      readonly outcome: 'refused'
      readonly atMs: number
      readonly common: readonly WindowState[]
      /** Empty when the common windows did not fit for any way. */
      readonly ways: readonly WayRefusal[]
      /** Empty when the common windows did not fit for any way. */
      readonly otherwise: readonly WindowState[]
    }
  | { readonly outcome: 'late' | 'full' | 'corrupt' }

/** Names a live claim. */
export interface ClaimRef {
  readonly credential: string
  readonly shard: number
  readonly claimId: string
  /** No handler was started for it: giving it back does not count against the most a use may be given back (R31). */
  readonly unserved?: boolean
}

/**
 * - `kept`: the use is gone for good (also when it was kept before).
 * - `overlap`: the lease had lapsed and its use was taken by another claim meanwhile; both were served (R11).
 * - `gone`: the claim was given back, or its record is no longer there; nothing to do.
 */
export type KeepOutcome = 'kept' | 'overlap' | 'gone'

/**
 * - `givenBack`: the use is free again (also when it was before).
 * - `exhausted`: given back as often as allowed (three times a use); the use stays taken.
 * - `gone`: the claim was kept, or its record is no longer there.
 */
export type GiveBackOutcome = 'givenBack' | 'exhausted' | 'gone'

/** A correction of one window after the fact: refunds go into the record that was charged (R7), debits are forced (R33). */
export interface WindowAdjustment {
  readonly shard: number
  readonly holder: string
  readonly id: string
  readonly windowMs: number
  readonly limit: number
  /** `atMs` of the decision that charged it. */
  readonly atMs: number
  /** Below 0: units to give back. Above 0: units to charge now, even above the limit. */
  readonly units: number
}

/** A paused call (MCP input rounds): its claims wait under a seal that resumes them once (R34). */
export interface Hold {
  readonly seal: string
  readonly shard: number
  readonly claims: readonly ClaimRef[]
  /** How long it waits. The claims' leases are stretched to the same end. */
  readonly ttlMs: number
}

/** What a holder has taken of one window, for operators. */
export interface WindowReport {
  readonly id: string
  readonly windowMs: number
  readonly used: number
  readonly nextMs: number
  readonly fullMs: number
}

/** Where windows, claims and holds are. Every implementation runs the suites `describeStore`, `describeCallers`, `describeMeters`. */
export interface Store {
  /** Decides one request, all or nothing, in one atomic step. A store in memory may answer at once. */
  admit(request: AdmitRequest): AdmitOutcome | Promise<AdmitOutcome>
  /** Prolongs the leases of live claims to now + `leaseMs`; those no longer live are left alone. */
  renew(claims: readonly ClaimRef[], leaseMs: number): Promise<void>
  /** Idempotent. */
  keep(claim: ClaimRef): Promise<KeepOutcome>
  /** Idempotent. */
  giveBack(claim: ClaimRef): Promise<GiveBackOutcome>
  /**
   * Leaves a credential no use, whether it was claimed before or not (R27). Live claims end as they would, and free nothing.
   * @param untilMs - remembered at least until then
   */
  revoke(credential: string, shard: number, untilMs: number): Promise<void>
  /** Refunds and later debits. A refund never adds more than was taken, and never goes to a newer record. */
  adjust(adjustments: readonly WindowAdjustment[]): Promise<void>
  /** @returns false when the seal is in use already or one of the claims is not live; nothing is held then. */
  hold(hold: Hold): Promise<boolean>
  /** Compare-and-set: the first caller gets the claims, with leases of `leaseMs` again; everybody else undefined. */
  resume(seal: string, shard: number, leaseMs: number): Promise<readonly ClaimRef[] | undefined>
  inspect(holder: string, shard: number): Promise<readonly WindowReport[]>
  /** Forgets a holder's windows; claims stay as they are. */
  reset(holder: string, shard: number): Promise<void>
  close(): Promise<void>
}

/** Shards of the key format: a constant (R9). */
export const SHARDS = 64
/** A record of a credential lives this much longer than the credential (R13). */
export const EXPIRY_GRACE_MS = 60_000
/** A use is given back at most so often (R11). */
export const GIVE_BACKS_PER_USE = 3
