/**
 * The arithmetic of claims on one credential (RULES R11, R12): one home for every store. Pure: the time is an argument.
 *
 * Who ends a claim, and how:
 * - `keep`: the use is gone.
 * - `giveBack`: the use is free again, counted; at most three times a use.
 * - its lease ends unrenewed: kept or given back by its `lapse`. A lapse happens at the lease's end, whenever the record
 *   is next looked at.
 *
 * Claims on slots (`lapse: 'free'`) free theirs however they end, uncounted, and are not remembered.
 *
 * Late calls find out what became of their claim: the last few ends are remembered for the sake of retries, and those
 * given back by a lapse are remembered as long as the record, because a late `keep` must take its use again.
 */
import { EXPIRY_GRACE_MS, GIVE_BACKS_PER_USE } from './store.ts'
import type { ClaimOutcome, ClaimTake, GiveBackOutcome, KeepOutcome, Lapse } from './store.ts'

/**
 * - `live`: the handler may be running.
 * - `lapsed`: its lease ended, and that gave its use back.
 * - `overlap`: it was kept after a lapse when its use had gone to another claim.
 * - `exhausted`: it was to be given back, but its use stays taken.
 */
export type ClaimState = 'live' | 'kept' | 'lapsed' | 'givenBack' | 'overlap' | 'exhausted'

/** One use that was taken of a credential, and what became of it. `leaseEndMs`: by the store's clock. */
export interface Claim {
  readonly claimId: string
  leaseEndMs: number
  readonly lapse: Lapse
  state: ClaimState
}

/** One credential's uses. It exists from its first claim on; only settled credentials are ever claimed (R26). */
export interface ClaimRecord {
  /** As it began with; 0 when it was revoked. */
  uses: number
  /** Uses taken: kept ones and those of live claims. */
  used: number
  /** Give-backs so far, lapses included. */
  givenBack: number
  expiresAtMs: number
  /** Oldest first. */
  claims: readonly Claim[]
}

/** Ended claims, other than lapsed ones, remembered for the sake of retried `keep`s and `giveBack`s. */
const REMEMBERED_ENDS = 32

const KEEP_OF_ENDED = { kept: 'kept', exhausted: 'kept', overlap: 'overlap', givenBack: 'gone' } as const
const GIVE_BACK_OF_ENDED = {
  kept: 'gone',
  overlap: 'gone',
  lapsed: 'givenBack',
  givenBack: 'givenBack',
  exhausted: 'exhausted',
} as const

/** @returns the record that a credential starts with. */
export function newClaimRecord(take: ClaimTake): ClaimRecord {
  return { uses: take.uses, used: 0, givenBack: 0, expiresAtMs: take.expiresAtMs, claims: [] }
}

/**
 * What taking a use would come to; nothing is taken.
 *
 * @param record - undefined when the credential was never claimed.
 * @param beganMs - when the store's memory begins (R15).
 * @param reserved - uses that earlier claims of the same decision want from this record.
 */
export function weighClaim(
  record: ClaimRecord | undefined,
  take: ClaimTake,
  clock: { readonly nowMs: number; readonly beganMs: number },
  reserved = 0,
): ClaimOutcome {
  if (take.lapse === 'free') return weighSlot(record, take, clock.nowMs, reserved)
  if (clock.nowMs >= take.expiresAtMs) return 'expired'
  // Issue times are often whole seconds: only a second that was over when the store began is surely before it.
  if (take.issuedAtMs !== undefined && take.issuedAtMs < clock.beganMs) return 'lost'
  if (!record) return weighFirstClaim(take, reserved)
  if (record.uses === 0) return 'spent'
  lapse(record, clock.nowMs)
  if (usesLeft(record, take) > reserved) return 'claimed'
  if (isExhausted(record)) return 'exhausted'
  return record.claims.some(mayComeBack) ? 'inFlight' : 'spent'
}

/** @returns the record of a credential that nobody ever claimed, and nobody shall. */
export function revokedRecord(untilMs: number): ClaimRecord {
  return { uses: 0, used: 0, givenBack: 0, expiresAtMs: untilMs, claims: [] }
}

/** Takes all uses away, those of live claims included once they end. */
export function revokeRecord(record: ClaimRecord, untilMs: number): void {
  record.uses = 0
  record.expiresAtMs = Math.max(record.expiresAtMs, untilMs)
}

/** Takes a use: ask `weighClaim` before, with the same time. */
export function claim(record: ClaimRecord, take: ClaimTake, nowMs: number): void {
  record.used += 1
  if (take.lapse === 'free') record.uses = take.uses
  // A narrowed copy of a credential may end earlier; the record serves the one that ends last.
  record.expiresAtMs = Math.max(record.expiresAtMs, take.expiresAtMs)
  const { claimId, lapse: onLapse } = take
  const added: Claim = { claimId, leaseEndMs: nowMs + take.leaseMs, lapse: onLapse, state: 'live' }
  record.claims = [...record.claims, added]
}

/** @returns uses left for a credential that says it has `take.uses`: never more than the record began with. */
export function usesLeft(record: ClaimRecord, take: { readonly uses: number }): number {
  return Math.max(0, Math.min(record.uses, take.uses) - record.used)
}

/** Ends a claim for good. A claim that was given back on request is over: `gone`. */
export function keepClaim(record: ClaimRecord, claimId: string, nowMs: number): KeepOutcome {
  lapse(record, nowMs)
  const found = findClaim(record, claimId)
  if (!found) return 'gone'
  if (found.state === 'live') {
    if (found.lapse === 'free') record.used -= 1
    return end(record, found, 'kept')
  }
  if (found.state === 'lapsed') return end(record, found, keepLapsed(record))
  return KEEP_OF_ENDED[found.state]
}

/** Ends a claim and frees its use, as long as its record may still give back. */
export function giveBackClaim(
  record: ClaimRecord,
  { claimId, unserved = false }: { readonly claimId: string; readonly unserved?: boolean },
  nowMs: number,
): GiveBackOutcome {
  lapse(record, nowMs)
  const found = findClaim(record, claimId)
  if (!found) return 'gone'
  if (found.state === 'live' && (unserved || found.lapse === 'free')) {
    record.used -= 1
    return end(record, found, 'givenBack')
  }
  if (found.state === 'live') return end(record, found, free(record) ? 'givenBack' : 'exhausted')
  return GIVE_BACK_OF_ENDED[found.state]
}

/** @returns the claim if it is live at `nowMs`, to move the end of its lease. */
export function liveClaim(record: ClaimRecord, claimId: string, nowMs: number): Claim | undefined {
  lapse(record, nowMs)
  const found = findClaim(record, claimId)
  return found?.state === 'live' ? found : undefined
}

/** @returns whether the record may be forgotten: past its grace (R13), and no lease is running. */
export function isForgettable(record: ClaimRecord, nowMs: number): boolean {
  if (nowMs < record.expiresAtMs + EXPIRY_GRACE_MS) return false
  return record.claims.every((candidate) => candidate.state !== 'live' || candidate.leaseEndMs <= nowMs)
}

function weighFirstClaim(take: ClaimTake, reserved: number): ClaimOutcome {
  if (!take.settled) return 'unsettled'
  return take.uses > reserved ? 'claimed' : 'spent'
}

function weighSlot(
  record: ClaimRecord | undefined,
  { uses }: ClaimTake,
  nowMs: number,
  reserved: number,
): ClaimOutcome {
  if (record) lapse(record, nowMs)
  return (record?.used ?? 0) + reserved < uses ? 'claimed' : 'inFlight'
}

/** Ends the claims whose lease is over. */
function lapse(record: ClaimRecord, nowMs: number): void {
  for (const candidate of record.claims) {
    if (candidate.state === 'live' && candidate.leaseEndMs <= nowMs)
      end(record, candidate, lapsedState(record, candidate))
  }
}

function lapsedState(record: ClaimRecord, lapsed: Claim): ClaimState {
  if (lapsed.lapse === 'keep') return 'kept'
  if (lapsed.lapse === 'free') {
    record.used -= 1
    return 'lapsed'
  }
  return free(record) ? 'lapsed' : 'exhausted'
}

/** Frees a use if it may be given back once more. */
function free(record: ClaimRecord): boolean {
  if (isExhausted(record)) return false
  record.used -= 1
  record.givenBack += 1
  return true
}

function keepLapsed(record: ClaimRecord): 'kept' | 'overlap' {
  if (record.used >= record.uses) return 'overlap'
  record.used += 1
  return 'kept'
}

function isExhausted(record: ClaimRecord): boolean {
  return record.givenBack >= GIVE_BACKS_PER_USE * record.uses
}

/** Work is spent at once (R12): a live claim of that kind is no reason to come again. */
function mayComeBack(candidate: Claim): boolean {
  return candidate.state === 'live' && candidate.lapse !== 'keep'
}

function findClaim(record: ClaimRecord, claimId: string): Claim | undefined {
  return record.claims.find((candidate) => candidate.claimId === claimId)
}

function end<State extends ClaimState>(record: ClaimRecord, ended: Claim, state: State): State {
  ended.state = state
  if (ended.lapse === 'free') record.claims = record.claims.filter((candidate) => candidate !== ended)
  else forgetOldEnds(record)
  return state
}

function forgetOldEnds(record: ClaimRecord): void {
  let surplus = record.claims.filter(isPlainEnd).length - REMEMBERED_ENDS
  if (surplus > 0)
    record.claims = record.claims.filter((candidate) => !isPlainEnd(candidate) || surplus-- <= 0)
}

function isPlainEnd(candidate: Claim): boolean {
  return candidate.state !== 'live' && candidate.state !== 'lapsed'
}
