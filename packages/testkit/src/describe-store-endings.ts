import { describe, expect, test } from '@jest/globals'
import type { ClaimTake, Store } from '@turnpike/core'
import { onStore } from './open-store.ts'
import type { StoreOpener } from './open-store.ts'
import { LEASE_MS, admitted, briefClaim, claiming, refOf, refused, sampleClaim } from './sample-takes.ts'

const OVER_MS = LEASE_MS + 10

/** @see describeStore */
export function describeStoreEndings(open: StoreOpener): void {
  describe('endings', () => {
    describeIdempotence(open)
    describeLeases(open)
    describeLateKeeps(open)
    describeGiveBacks(open)
  })
}

async function take(store: Store, claim: ClaimTake): Promise<void> {
  admitted(await store.admit(claiming(claim)))
}

/** @returns why one more claim of the sample credential would be refused, or how many uses it would leave. */
async function tryClaim(
  store: Store,
  changes: Partial<ClaimTake> = {},
): Promise<string | number | undefined> {
  const outcome = await store.admit(claiming(sampleClaim({ claimId: `try ${Math.random()}`, ...changes })))
  return outcome.outcome === 'admitted' ? outcome.usesLeft[0] : refused(outcome).ways[0]?.claims[0]
}

function describeIdempotence(open: StoreOpener): void {
  test(
    'R31 a use that no handler was started for is given back as often as it takes, and not counted',
    onStore(open, async ({ store }) => {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const claim = sampleClaim({ claimId: `unserved ${attempt}`, leaseMs: 30_000 })
        admitted(await store.admit(claiming(claim)))
        const unserved = { ...refOf(claim), unserved: true }
        expect(await store.giveBack(unserved)).toBe('givenBack')
        expect(await store.giveBack(unserved)).toBe('givenBack')
      }
      admitted(await store.admit(claiming(sampleClaim({ claimId: 'served', leaseMs: 30_000 }))))
    }),
  )
  test(
    'R11 keep and giveBack may be said twice, and count once',
    onStore(open, async ({ store }) => {
      const [kept, back] = [
        sampleClaim({ uses: 5, claimId: 'kept' }),
        sampleClaim({ uses: 5, claimId: 'back' }),
      ]
      await take(store, kept)
      await take(store, back)
      expect([await store.keep(refOf(kept)), await store.keep(refOf(kept))]).toEqual(['kept', 'kept'])
      expect([await store.giveBack(refOf(back)), await store.giveBack(refOf(back))]).toEqual([
        'givenBack',
        'givenBack',
      ])
      expect(await tryClaim(store, { uses: 5 })).toBe(3)
    }),
  )
  test(
    'R11 the first ending stands: what was kept is not given back, what was given back is not kept',
    onStore(open, async ({ store }) => {
      const [kept, back] = [
        sampleClaim({ uses: 5, claimId: 'kept' }),
        sampleClaim({ uses: 5, claimId: 'back' }),
      ]
      await take(store, kept)
      await take(store, back)
      await store.keep(refOf(kept))
      await store.giveBack(refOf(back))
      expect([await store.giveBack(refOf(kept)), await store.keep(refOf(back))]).toEqual(['gone', 'gone'])
      expect(await tryClaim(store, { uses: 5 })).toBe(3)
    }),
  )
  test(
    'R11 an ending acts on its own claim alone; claims nobody made are gone',
    onStore(open, async ({ store }) => {
      await take(store, sampleClaim())
      expect(await store.giveBack(refOf(sampleClaim({ claimId: 'stranger' })))).toBe('gone')
      expect(await store.keep(refOf(sampleClaim({ credential: 'unknown' })))).toBe('gone')
      expect(await tryClaim(store)).toBe('inFlight')
    }),
  )
}

function describeLeases(open: StoreOpener): void {
  test(
    'R11 a lease that ends gives a paid use back, and R12 keeps work spent',
    onStore(open, async ({ store, advance }) => {
      await take(store, briefClaim())
      await take(store, briefClaim({ credential: 'work', lapse: 'keep' }))
      await advance(OVER_MS)
      expect(await tryClaim(store)).toBe(0)
      expect(await tryClaim(store, { credential: 'work', lapse: 'keep' })).toBe('spent')
      expect(await store.giveBack(refOf(briefClaim({ credential: 'work' })))).toBe('gone')
    }),
  )
  test(
    'R11 a renewed lease lasts as long as it is renewed',
    onStore(open, async ({ store, advance }) => {
      const claim = briefClaim()
      await take(store, claim)
      for (let i = 0; i < 3; i += 1) {
        await advance(LEASE_MS / 2)
        await store.renew([refOf(claim)], LEASE_MS)
      }
      expect(await tryClaim(store)).toBe('inFlight')
      await advance(OVER_MS)
      expect(await tryClaim(store)).toBe(0)
    }),
  )
  test(
    'R11 a lease that has ended is not renewed, nor is one of a claim that was ended',
    onStore(open, async ({ store, advance }) => {
      const [lapsed, back] = [briefClaim(), briefClaim({ credential: 'other' })]
      await take(store, lapsed)
      await advance(OVER_MS)
      await take(store, back)
      await store.giveBack(refOf(back))
      await store.renew([refOf(lapsed), refOf(back), refOf(briefClaim({ credential: 'unknown' }))], LEASE_MS)
      expect([await tryClaim(store), await tryClaim(store, { credential: 'other' })]).toEqual([0, 0])
    }),
  )
}

function describeLateKeeps(open: StoreOpener): void {
  test(
    'R11 a keep after the lapse takes the use again while it is free',
    onStore(open, async ({ store, advance }) => {
      const claim = briefClaim()
      await take(store, claim)
      await advance(OVER_MS)
      expect([await store.keep(refOf(claim)), await store.keep(refOf(claim))]).toEqual(['kept', 'kept'])
      expect(await tryClaim(store)).toBe('spent')
    }),
  )
  test(
    'R11 a keep after the lapse, when another claim has the use, is an overlap and takes nothing',
    onStore(open, async ({ store, advance }) => {
      const [slow, next] = [briefClaim({ claimId: 'slow' }), briefClaim({ claimId: 'next' })]
      await take(store, slow)
      await advance(OVER_MS)
      await take(store, next)
      expect([await store.keep(refOf(slow)), await store.keep(refOf(slow))]).toEqual(['overlap', 'overlap'])
      expect(await store.giveBack(refOf(next))).toBe('givenBack')
      expect(await tryClaim(store)).toBe(0)
    }),
  )
  test(
    'R11 a giveBack after the lapse finds it done, and a keep after that is still honoured',
    onStore(open, async ({ store, advance }) => {
      const claim = briefClaim({ uses: 2 })
      await take(store, claim)
      await advance(OVER_MS)
      expect(await store.giveBack(refOf(claim))).toBe('givenBack')
      expect(await store.keep(refOf(claim))).toBe('kept')
      expect(await tryClaim(store, { uses: 2 })).toBe(0)
    }),
  )
}

function describeGiveBacks(open: StoreOpener): void {
  test.each([
    { uses: 1, giveBacks: 3 },
    { uses: 2, giveBacks: 6 },
  ])(
    'R11 a credential of $uses uses is given back $giveBacks times, then it is exhausted',
    async ({ uses, giveBacks }) => {
      await onStore(open, async ({ store }) => {
        for (let i = 0; i < giveBacks; i += 1) {
          const claim = sampleClaim({ uses, claimId: `claim ${i}` })
          await take(store, claim)
          expect(await store.giveBack(refOf(claim))).toBe('givenBack')
        }
        for (let i = 0; i < uses; i += 1) {
          const last = sampleClaim({ uses, claimId: `last ${i}` })
          await take(store, last)
          expect([await store.giveBack(refOf(last)), await store.giveBack(refOf(last))]).toEqual([
            'exhausted',
            'exhausted',
          ])
        }
        expect(await tryClaim(store, { uses })).toBe('exhausted')
      })()
    },
  )
  test(
    'R11 lapses count as give-backs',
    onStore(open, async ({ store, advance }) => {
      for (let i = 0; i < 3; i += 1) {
        await take(store, briefClaim({ claimId: `claim ${i}` }))
        await advance(OVER_MS)
      }
      const last = briefClaim({ claimId: 'last' })
      await take(store, last)
      await advance(OVER_MS)
      expect(await tryClaim(store)).toBe('exhausted')
      expect(await store.keep(refOf(last))).toBe('kept')
    }),
  )
}
