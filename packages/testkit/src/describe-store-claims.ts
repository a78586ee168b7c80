import { describe, expect, test } from '@jest/globals'
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
} from './sample-takes.ts'

/** @see describeStore */
export function describeStoreClaims(open: StoreOpener): void {
  describe('claims', () => {
    describeSingleUse(open)
    describeUses(open)
    describeRevocation(open)
    describeValidity(open)
    describeSettlement(open)
  })
}

function describeSingleUse(open: StoreOpener): void {
  test(
    'R11 of a thousand requests at once with one single-use credential, one passes',
    onStore(open, async ({ store }) => {
      const requests = Array.from({ length: 1000 }, (_, i) =>
        claiming(sampleClaim({ claimId: `claim ${i}` })),
      )
      const outcomes = await Promise.all(requests.map(async (request) => await store.admit(request)))
      expect(outcomes.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(1)
    }),
  )
  test(
    'R11 a paid use is in flight while its claim is live, and spent when it was kept',
    onStore(open, async ({ store }) => {
      const first = sampleClaim({ claimId: 'first' })
      const second = claiming(sampleClaim({ claimId: 'second' }))
      admitted(await store.admit(claiming(first)))
      expect(refused(await store.admit(second)).ways[0]?.claims).toEqual(['inFlight'])
      expect(await store.keep(refOf(first))).toBe('kept')
      expect(refused(await store.admit(second)).ways[0]?.claims).toEqual(['spent'])
    }),
  )
  test(
    'R12 work is spent at once, and free again only when it is given back',
    onStore(open, async ({ store }) => {
      const first = sampleClaim({ claimId: 'first', lapse: 'keep' })
      const second = claiming(sampleClaim({ claimId: 'second', lapse: 'keep' }))
      admitted(await store.admit(claiming(first)))
      expect(refused(await store.admit(second)).ways[0]?.claims).toEqual(['spent'])
      expect(await store.giveBack(refOf(first))).toBe('givenBack')
      admitted(await store.admit(second))
    }),
  )
  test(
    'two credentials on one way are both taken or neither',
    onStore(open, async ({ store }) => {
      const [a, b] = [
        sampleClaim({ credential: 'a', claimId: 'a' }),
        sampleClaim({ credential: 'b', claimId: 'b' }),
      ]
      admitted(await store.admit(claiming(a)))
      await store.keep(refOf(a))
      const both = claiming(b, { ...a, claimId: 'again' })
      expect(refused(await store.admit(both)).ways[0]?.claims).toEqual(['claimed', 'spent'])
      admitted(await store.admit(claiming(b)))
    }),
  )
}

function describeUses(open: StoreOpener): void {
  test(
    'R11 uses run in parallel, in flight only when none is free',
    onStore(open, async ({ store }) => {
      const claims = Array.from({ length: 101 }, (_, i) => sampleClaim({ uses: 100, claimId: `claim ${i}` }))
      const outcomes = await Promise.all(claims.map(async (claim) => await store.admit(claiming(claim))))
      const lefts = outcomes.flatMap((outcome) => (outcome.outcome === 'admitted' ? outcome.usesLeft : []))
      expect(lefts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
      const last = refused(await store.admit(claiming(sampleClaim({ uses: 100, claimId: 'late' }))))
      expect(last.ways[0]?.claims).toEqual(['inFlight'])
      await Promise.all(claims.map(async (claim) => await store.keep(refOf(claim))))
      const after = refused(await store.admit(claiming(sampleClaim({ uses: 100, claimId: 'later' }))))
      expect(after.ways[0]?.claims).toEqual(['spent'])
    }),
  )
  test(
    'R11 two claims of one credential in one request take two uses, or nothing',
    onStore(open, async ({ store }) => {
      const pair = (n: number) =>
        claiming(sampleClaim({ uses: 3, claimId: `a ${n}` }), sampleClaim({ uses: 3, claimId: `b ${n}` }))
      expect(admitted(await store.admit(pair(1))).usesLeft).toEqual([2, 1])
      expect(refused(await store.admit(pair(2))).ways[0]?.claims).toEqual(['claimed', 'inFlight'])
      const single = claiming(sampleClaim({ uses: 3, claimId: 'c' }))
      expect(admitted(await store.admit(single)).usesLeft).toEqual([0])
    }),
  )
  test(
    'R20 R23 a record never has more uses than it began with, and a request never more than it says',
    onStore(open, async ({ store }) => {
      admitted(await store.admit(claiming(sampleClaim({ uses: 2, claimId: 'a' }))))
      const modest = refused(await store.admit(claiming(sampleClaim({ uses: 1, claimId: 'b' }))))
      expect(modest.ways[0]?.claims).toEqual(['inFlight'])
      expect(admitted(await store.admit(claiming(sampleClaim({ uses: 9, claimId: 'c' })))).usesLeft).toEqual([
        0,
      ])
      refused(await store.admit(claiming(sampleClaim({ uses: 9, claimId: 'd' }))))
    }),
  )
}

function describeRevocation(open: StoreOpener): void {
  test(
    'R27 a revoked credential has no use left, whether it was ever claimed or not',
    onStore(open, async ({ store, now }) => {
      const untilMs = (await now()) + 60_000
      const taken = sampleClaim({ credential: 'taken', claimId: 'a', uses: 5 })
      admitted(await store.admit(claiming(taken)))
      await store.revoke('taken', taken.shard, untilMs)
      await store.revoke('fresh', taken.shard, untilMs)
      for (const credential of ['taken', 'fresh']) {
        const claim = claiming(sampleClaim({ credential, claimId: 'b', uses: 5 }))
        expect(refused(await store.admit(claim)).ways[0]?.claims).toEqual(['spent'])
      }
    }),
  )
  test(
    'R27 a claim that is live when its credential is revoked ends, and frees nothing',
    onStore(open, async ({ store, now }) => {
      const running = sampleClaim({ claimId: 'a', uses: 2 })
      admitted(await store.admit(claiming(running)))
      await store.revoke(running.credential, running.shard, (await now()) + 60_000)
      expect(await store.giveBack(refOf(running))).toBe('exhausted')
      const later = refused(await store.admit(claiming(sampleClaim({ claimId: 'b', uses: 2 }))))
      expect(later.ways[0]?.claims).toEqual(['spent'])
    }),
  )
}

function describeValidity(open: StoreOpener): void {
  test(
    'R13 a credential is good before its end on the store clock, and from then on expired',
    onStore(open, async ({ store, now, advance }) => {
      const expiresAtMs = (await now()) + LEASE_MS
      const claim = (claimId: string) => claiming(sampleClaim({ claimId, uses: 9, expiresAtMs }))
      admitted(await store.admit(claim('before')))
      await advance(expiresAtMs - (await now()))
      expect(refused(await store.admit(claim('at'))).ways[0]?.claims).toEqual(['expired'])
      await advance(LEASE_MS)
      expect(refused(await store.admit(claim('after'))).ways[0]?.claims).toEqual(['expired'])
    }),
  )
  test(
    'R13 a claim made in time ends well after the credential has expired',
    onStore(open, async ({ store, now, advance }) => {
      const claim = sampleClaim({ expiresAtMs: (await now()) + LEASE_MS / 2 })
      admitted(await store.admit(claiming(claim)))
      await advance(LEASE_MS * 0.6)
      expect(await store.keep(refOf(claim))).toBe('kept')
    }),
  )
  test(
    'R15 a credential issued before the memory of the store began is lost, one issued since is not',
    onStore(open, async ({ store, now }) => {
      const lost = sampleClaim({ issuedAtMs: (await now()) - 60_000 })
      const outcome = refused(await store.admit(claiming(lost)))
      expect(outcome.ways[0]?.claims).toEqual(['lost'])
      admitted(await store.admit(claiming(sampleClaim({ issuedAtMs: await now() }))))
    }),
  )
}

function describeSettlement(open: StoreOpener): void {
  test(
    'R26 a credential not known to be settled claims nothing; once settled, always settled',
    onStore(open, async ({ store }) => {
      const unsure = (claimId: string) => claiming(sampleClaim({ claimId, uses: 3, settled: false }))
      const refusal = refused(await store.admit(unsure('a')))
      expect(refusal.ways[0]?.claims).toEqual(['unsettled'])
      expect(await store.keep(refOf(sampleClaim({ claimId: 'a' })))).toBe('gone')
      expect(admitted(await store.admit(claiming(sampleClaim({ claimId: 'b', uses: 3 })))).usesLeft).toEqual([
        2,
      ])
      expect(admitted(await store.admit(unsure('c'))).usesLeft).toEqual([1])
    }),
  )
  test(
    'R26 an unsettled credential leaves the windows and claims beside it alone',
    onStore(open, async ({ store }) => {
      const beside = sampleClaim({ credential: 'beside', claimId: 'beside' })
      const claims = [beside, sampleClaim({ settled: false })]
      const request = sampleRequest({ ways: [sampleWay({ claims })] })
      expect(refused(await store.admit(request)).ways[0]?.claims).toEqual(['claimed', 'unsettled'])
      expect(await store.keep(refOf(beside))).toBe('gone')
    }),
  )
}
