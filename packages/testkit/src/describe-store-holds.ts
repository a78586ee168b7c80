import { describe, expect, test } from '@jest/globals'
import type { ClaimRef, Hold } from '@turnpike/core'
import { onStore } from './open-store.ts'
import type { StoreOpener } from './open-store.ts'
import { LEASE_MS, admitted, briefClaim, claiming, refOf, refused, sampleClaim } from './sample-takes.ts'

/** Of holds that are waited for. */
const HOLD_MS = 2 * LEASE_MS

/** @see describeStore */
export function describeStoreHolds(open: StoreOpener): void {
  describe('holds', () => {
    describeResuming(open)
    describeRefusedHolds(open)
  })
}

function holdOf(claims: readonly ClaimRef[], changes: Partial<Hold> = {}): Hold {
  return { seal: 'seal', shard: 5, claims, ttlMs: 600_000, ...changes }
}

function describeResuming(open: StoreOpener): void {
  test(
    'R34 of fifty resumes at once, one gets the claims',
    onStore(open, async ({ store }) => {
      const claim = sampleClaim()
      await store.admit(claiming(claim))
      expect(await store.hold(holdOf([refOf(claim)]))).toBe(true)
      const resumes = Array.from({ length: 50 }, async () => await store.resume('seal', 5, 600_000))
      const resumed = (await Promise.all(resumes)).filter((claims) => claims !== undefined)
      expect(resumed).toEqual([[refOf(claim)]])
    }),
  )
  test(
    'R34 a hold stretches the leases of its claims, and a resume sets them back',
    onStore(open, async ({ store, advance }) => {
      const claim = briefClaim()
      const again = claiming(sampleClaim({ claimId: 'again' }))
      await store.admit(claiming(claim))
      await store.hold(holdOf([refOf(claim)], { ttlMs: 3 * LEASE_MS }))
      await store.renew([refOf(claim)], LEASE_MS / 10)
      await advance(1.5 * LEASE_MS)
      expect(refused(await store.admit(again)).ways[0]?.claims).toEqual(['inFlight'])
      expect(await store.resume('seal', 5, LEASE_MS / 2)).toEqual([refOf(claim)])
      await advance(LEASE_MS)
      admitted(await store.admit(again))
    }),
  )
  test(
    'R34 a resumed claim is ended like any other',
    onStore(open, async ({ store }) => {
      const claim = sampleClaim()
      await store.admit(claiming(claim))
      await store.hold(holdOf([refOf(claim)]))
      await store.resume('seal', 5, 600_000)
      expect(await store.keep(refOf(claim))).toBe('kept')
      expect(refused(await store.admit(claiming(sampleClaim({ claimId: 'again' })))).ways[0]?.claims).toEqual(
        ['spent'],
      )
    }),
  )
  test(
    'R34 a call that waits too long is not resumed, and its use is given back',
    onStore(open, async ({ store, advance }) => {
      const claim = briefClaim()
      await store.admit(claiming(claim))
      await store.hold(holdOf([refOf(claim)], { ttlMs: HOLD_MS }))
      await advance(HOLD_MS + 10)
      expect(await store.resume('seal', 5, 600_000)).toBeUndefined()
      admitted(await store.admit(claiming(sampleClaim({ claimId: 'again' }))))
    }),
  )
  test(
    'R34 a call admitted without a credential is held and resumed too',
    onStore(open, async ({ store }) => {
      expect(await store.hold(holdOf([]))).toBe(true)
      expect(await store.resume('seal', 5, 600_000)).toEqual([])
      expect(await store.resume('seal', 5, 600_000)).toBeUndefined()
    }),
  )
}

function describeRefusedHolds(open: StoreOpener): void {
  test(
    'R34 a seal is used once: neither held twice, nor held again after its resume',
    onStore(open, async ({ store }) => {
      const claim = sampleClaim()
      await store.admit(claiming(claim))
      expect(await store.hold(holdOf([refOf(claim)]))).toBe(true)
      expect(await store.hold(holdOf([refOf(claim)]))).toBe(false)
      await store.resume('seal', 5, 600_000)
      expect(await store.hold(holdOf([refOf(claim)]))).toBe(false)
      expect(await store.hold(holdOf([refOf(claim)], { seal: 'next' }))).toBe(true)
    }),
  )
  test(
    'R34 with one claim no longer live nothing is held, and the others keep their leases',
    onStore(open, async ({ store, advance }) => {
      const [live, kept] = [briefClaim({ credential: 'live' }), briefClaim({ credential: 'kept' })]
      await store.admit(claiming(live, kept))
      await store.keep(refOf(kept))
      expect(await store.hold(holdOf([refOf(live), refOf(kept)]))).toBe(false)
      expect(await store.resume('seal', 5, 600_000)).toBeUndefined()
      await advance(LEASE_MS + 10)
      admitted(await store.admit(claiming({ ...live, claimId: 'again' })))
    }),
  )
}
