import {
  claim,
  giveBackClaim,
  keepClaim,
  liveClaim,
  newClaimRecord,
  revokedRecord,
  revokeRecord,
  usesLeft,
  weighClaim,
} from './claim-record.ts'
import type { ClaimRecord } from './claim-record.ts'
import type { ClaimOutcome, ClaimRef, ClaimTake, GiveBackOutcome, Hold, KeepOutcome } from './store.ts'

/** A seal in use: `claims` until it is resumed, and nothing from then to its end. */
export interface HeldCall {
  readonly endMs: number
  claims: readonly ClaimRef[] | undefined
}

/** Where a store has its records, by key. What `get` and `add` hand over is changed in place. */
export interface RecordBook<Value> {
  get(key: string): Value | undefined
  /** Also where the book is full: `isFull` is asked before. */
  add(key: string, value: Value): void
  readonly isFull: boolean
  /** @returns whether something expired was forgotten. */
  makeRoom(nowMs: number): boolean
}

/** All credentials and holds of a store (R11, R34). */
export class StoreClaims {
  readonly #credentials: RecordBook<ClaimRecord>
  readonly #holds: RecordBook<HeldCall>
  readonly #beganMs: number

  /** @param beganMs - when the store's memory begins (R15) */
  constructor(credentials: RecordBook<ClaimRecord>, holds: RecordBook<HeldCall>, beganMs: number) {
    this.#credentials = credentials
    this.#holds = holds
    this.#beganMs = beganMs
  }

  /** @returns what taking the claims one after the other would come to. */
  weigh(takes: readonly ClaimTake[], nowMs: number): ClaimOutcome[] {
    const clock = { nowMs, beganMs: this.#beganMs }
    return takes.map((take, index) => {
      const before = takes.slice(0, index).filter((earlier) => earlier.credential === take.credential)
      return weighClaim(this.#credentials.get(take.credential), take, clock, before.length)
    })
  }

  /** @returns whether all the claims are of known credentials, or there is room for new ones. */
  hasRoom(takes: readonly ClaimTake[]): boolean {
    return (
      takes.every((take) => this.#credentials.get(take.credential) !== undefined) || !this.#credentials.isFull
    )
  }

  /** Takes the claims, which must fit. @returns uses left of each. */
  take(takes: readonly ClaimTake[], nowMs: number): number[] {
    return takes.map((take) => {
      const record = this.#recordOf(take)
      claim(record, take, nowMs)
      return usesLeft(record, take)
    })
  }

  keep(ref: ClaimRef, nowMs: number): KeepOutcome {
    const record = this.#credentials.get(ref.credential)
    return record ? keepClaim(record, ref.claimId, nowMs) : 'gone'
  }

  revoke(credential: string, untilMs: number): void {
    const record = this.#credentials.get(credential)
    if (record) revokeRecord(record, untilMs)
    else this.#credentials.add(credential, revokedRecord(untilMs))
  }

  giveBack(ref: ClaimRef, nowMs: number): GiveBackOutcome {
    const record = this.#credentials.get(ref.credential)
    return record ? giveBackClaim(record, ref, nowMs) : 'gone'
  }

  /** Never shortens a lease: a renewal that was under way may arrive after a longer one. */
  renew(refs: readonly ClaimRef[], endMs: number, nowMs: number): void {
    for (const found of this.#live(refs, nowMs)) found.leaseEndMs = Math.max(found.leaseEndMs, endMs)
  }

  hold(hold: Hold, nowMs: number): boolean {
    const former = this.#holds.get(hold.seal)
    if (former && former.endMs > nowMs) return false
    if (this.#holds.isFull && !this.#holds.makeRoom(nowMs)) return false
    const live = this.#live(hold.claims, nowMs)
    if (live.length < hold.claims.length) return false
    const endMs = nowMs + hold.ttlMs
    for (const found of live) found.leaseEndMs = endMs
    this.#holds.add(hold.seal, { endMs, claims: hold.claims })
    return true
  }

  resume(seal: string, endMs: number, nowMs: number): readonly ClaimRef[] | undefined {
    const held = this.#holds.get(seal)
    if (!held?.claims || held.endMs <= nowMs) return undefined
    const { claims } = held
    held.claims = undefined
    for (const found of this.#live(claims, nowMs)) found.leaseEndMs = endMs
    return claims
  }

  #live(refs: readonly ClaimRef[], nowMs: number) {
    return refs.flatMap((ref) => {
      const record = this.#credentials.get(ref.credential)
      return (record && liveClaim(record, ref.claimId, nowMs)) ?? []
    })
  }

  #recordOf(take: ClaimTake): ClaimRecord {
    const known = this.#credentials.get(take.credential)
    if (known) return known
    const record = newClaimRecord(take)
    this.#credentials.add(take.credential, record)
    return record
  }
}
