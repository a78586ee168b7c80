import { describe, expect, test } from '@jest/globals'
import type { ClaimTake } from '@turnpike/core'
import { onStore } from './open-store.ts'
import type { StoreOpener } from './open-store.ts'
import {
  LEASE_MS,
  admitted,
  claiming,
  refOf,
  refused,
  sampleClaim,
  sampleRequest,
  sampleWay,
  sampleWindow,
} from './sample-takes.ts'

/** Slots of calls in flight: claims of which nothing is ever used up. @see describeStore */
export function describeStoreSlots(open: StoreOpener): void {
  describe('slots', () => {
    describeTaking(open)
    describeFreeing(open)
  })
}

/** One of two slots in the shard of the sample caller. */
function slot(changes: Partial<ClaimTake> = {}): ClaimTake {
  return sampleClaim({
    credential: 'slots',
    shard: 5,
    uses: 2,
    expiresAtMs: 0,
    leaseMs: 30_000,
    lapse: 'free',
    ...changes,
  })
}

function describeTaking(open: StoreOpener): void {
  test(
    'fifty calls at once for five slots: five run',
    onStore(open, async ({ store }) => {
      const claims = Array.from({ length: 50 }, (_, index) => slot({ claimId: `call ${index}`, uses: 5 }))
      const outcomes = await Promise.all(claims.map(async (claim) => await store.admit(claiming(claim))))
      expect(outcomes.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(5)
      const refusal = refused(await store.admit(claiming(slot({ claimId: 'one more', uses: 5 }))))
      expect(refusal.ways[0]?.claims).toEqual(['inFlight'])
    }),
  )
  test(
    'a call that is refused for another reason takes no slot',
    onStore(open, async ({ store }) => {
      const closed = sampleWindow({ limit: 1, cost: 2 })
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const claims = [slot({ claimId: `attempt ${attempt}` })]
        const request = claiming()
        refused(await store.admit({ ...request, ways: [{ windows: [closed], claims }] }))
      }
      expect(admitted(await store.admit(claiming(slot()))).usesLeft).toEqual([1])
    }),
  )
  test(
    'R21 a call that is refused for want of a slot takes no otherwise-window, for nothing is issued to it',
    onStore(open, async ({ store }) => {
      admitted(await store.admit(claiming(slot({ claimId: 'running', uses: 1 }))))
      const waiting = slot({ claimId: 'waiting', uses: 1 })
      const ways = [sampleWay({ windows: [sampleWindow({ id: 'other' })], claims: [waiting] })]
      const request = sampleRequest({ ways, otherwise: [sampleWindow()] })
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const [issued] = refused(await store.admit(request)).otherwise
        expect(issued).toMatchObject({ remaining: 3, retryMs: 0 })
      }
      await store.giveBack({ ...refOf({ ...waiting, claimId: 'running' }), unserved: true })
      const closed = [sampleWay({ windows: [sampleWindow({ id: 'other', cost: 9 })], claims: [waiting] })]
      expect(refused(await store.admit({ ...request, ways: closed })).otherwise[0]?.remaining).toBe(2)
    }),
  )
  test(
    'how many slots there are may change from take to take',
    onStore(open, async ({ store }) => {
      admitted(await store.admit(claiming(slot({ claimId: 'a', uses: 1 }))))
      refused(await store.admit(claiming(slot({ claimId: 'b', uses: 1 }))))
      admitted(await store.admit(claiming(slot({ claimId: 'b', uses: 2 }))))
      refused(await store.admit(claiming(slot({ claimId: 'c', uses: 1 }))))
    }),
  )
}

function describeFreeing(open: StoreOpener): void {
  test(
    'a slot comes free however it ends and however often it was freed before, and freeing it twice frees one',
    onStore(open, async ({ store }) => {
      const stays = slot({ claimId: 'stays' })
      admitted(await store.admit(claiming(stays)))
      for (let call = 0; call < 40; call += 1) {
        const claim = slot({ claimId: `call ${call}` })
        admitted(await store.admit(claiming(claim)))
        if (call % 2 === 0) await store.keep(refOf(claim))
        await store.giveBack({ ...refOf(claim), unserved: true })
        await store.giveBack({ ...refOf(claim), unserved: true })
      }
      admitted(await store.admit(claiming(slot({ claimId: 'last' }))))
      refused(await store.admit(claiming(slot({ claimId: 'too many' }))))
    }),
  )
  test(
    'the slot of a process that is gone comes free with its lease, as often as it takes',
    onStore(open, async ({ store, advance }) => {
      for (let crash = 0; crash < 8; crash += 1) {
        const claim = slot({ claimId: `crash ${crash}`, uses: 1, leaseMs: 20 })
        admitted(await store.admit(claiming(claim)))
        await advance(25)
      }
      admitted(await store.admit(claiming(slot({ uses: 1 }))))
    }),
  )
  test(
    'a slot whose lease is renewed stays taken, and one that came free is not taken by a late renewal',
    onStore(open, async ({ store, advance }) => {
      const running = slot({ claimId: 'running', uses: 1, leaseMs: LEASE_MS })
      admitted(await store.admit(claiming(running)))
      for (let renewal = 0; renewal < 3; renewal += 1) {
        await advance(LEASE_MS / 2)
        await store.renew([refOf(running)], LEASE_MS)
      }
      refused(await store.admit(claiming(slot({ uses: 1 }))))
      await store.giveBack({ ...refOf(running), unserved: true })
      await store.renew([refOf(running)], LEASE_MS)
      admitted(await store.admit(claiming(slot({ uses: 1 }))))
    }),
  )
  test(
    'R34 a slot that waits under a seal stays taken, and comes free after it was resumed',
    onStore(open, async ({ store, advance }) => {
      const paused = slot({ claimId: 'paused', uses: 1, leaseMs: LEASE_MS })
      admitted(await store.admit(claiming(paused)))
      expect(await store.hold({ seal: 'slot', shard: 5, claims: [refOf(paused)], ttlMs: 30_000 })).toBe(true)
      await advance(LEASE_MS + 5)
      refused(await store.admit(claiming(slot({ uses: 1 }))))
      expect(await store.resume('slot', 5, 30_000)).toEqual([refOf(paused)])
      await store.giveBack({ ...refOf(paused), unserved: true })
      admitted(await store.admit(claiming(slot({ uses: 1 }))))
    }),
  )
}
