import { describe, expect, test } from '@jest/globals'
import { onStore } from './open-store.ts'
import type { StoreOpener } from './open-store.ts'
import {
  admitted,
  refOf,
  refused,
  requestOf,
  sampleClaim,
  sampleRequest,
  sampleWay,
  sampleWindow,
} from './sample-takes.ts'

const free = sampleWindow({ id: 'search:free', limit: 1 })
const quota = sampleWindow({ id: 'search:quota', limit: 1 })
const ceiling = sampleWindow({ holder: 'subject', id: 'app:ceiling', limit: 1 })
const issued = sampleWindow({ id: 'search:issued', limit: 1 })

/** @see describeStore */
export function describeStoreWays(open: StoreOpener): void {
  describe('ways', () => {
    describeOrder(open)
    describeCommon(open)
    describeOtherwise(open)
    describeFence(open)
  })
}

function describeOrder(open: StoreOpener): void {
  test(
    'R2 the first way that fits whole is taken, and nothing else is touched',
    onStore(open, async ({ store }) => {
      const ways = [sampleWay({ windows: [free] }), sampleWay({ windows: [quota], claims: [sampleClaim()] })]
      expect(admitted(await store.admit(sampleRequest({ ways })))).toMatchObject({ way: 0, usesLeft: [] })
      expect(await store.inspect('caller', 5)).toMatchObject([{ id: free.id, used: 1 }])
      expect(admitted(await store.admit(sampleRequest({ ways })))).toMatchObject({ way: 1, usesLeft: [0] })
      const last = refused(await store.admit(sampleRequest({ ways })))
      expect(last.ways).toMatchObject([
        { windows: [{ remaining: 0 }], claims: [] },
        { windows: [{ remaining: 0 }], claims: ['inFlight'] },
      ])
    }),
  )
  test(
    'R2 a way does not fit by halves: a spent credential leaves the windows of its way alone, and the other way round',
    onStore(open, async ({ store }) => {
      const way = sampleWay({ windows: [quota], claims: [sampleClaim({ lapse: 'keep' })] })
      const request = sampleRequest({ ways: [way] })
      await store.admit(requestOf(quota))
      expect(refused(await store.admit(request)).ways[0]).toMatchObject({ claims: ['claimed'] })
      await store.reset('caller', 5)
      expect(admitted(await store.admit(request)).usesLeft).toEqual([0])
      await store.reset('caller', 5)
      expect(refused(await store.admit(request)).ways[0]?.claims).toEqual(['spent'])
      expect(await store.inspect('caller', 5)).toEqual([])
    }),
  )
  test(
    'R2 with the quota of work used up, sats still pay',
    onStore(open, async ({ store }) => {
      const work = sampleWay({
        windows: [quota],
        claims: [sampleClaim({ credential: 'work', lapse: 'keep' })],
      })
      const ways = [work, sampleWay({ claims: [sampleClaim()] })]
      await store.admit(requestOf(quota))
      expect(admitted(await store.admit(sampleRequest({ ways }))).way).toBe(1)
      await store.reset('caller', 5)
      expect(admitted(await store.admit(sampleRequest({ ways }))).way).toBe(0)
    }),
  )
  test(
    'R2 a way that was only to be looked at is reported, never taken',
    onStore(open, async ({ store }) => {
      const ways = [sampleWay({ windows: [quota], claims: [sampleClaim()], lookOnly: true })]
      for (let i = 0; i < 3; i += 1) {
        const { ways: reported } = refused(await store.admit(sampleRequest({ ways })))
        expect(reported).toEqual([
          { windows: [{ remaining: 1, retryMs: 0, nextMs: 0, fullMs: 0 }], claims: ['claimed'] },
        ])
      }
    }),
  )
}

function describeCommon(open: StoreOpener): void {
  test(
    'R2 with a common window full, nothing is spent on any way',
    onStore(open, async ({ store }) => {
      const ways = [sampleWay({ windows: [quota], claims: [sampleClaim()] })]
      const request = sampleRequest({ common: [ceiling], ways, otherwise: [issued] })
      await store.admit(requestOf(ceiling))
      const { common, ways: reported, otherwise } = refused(await store.admit(request))
      expect(common[0]?.retryMs).toBeGreaterThan(0)
      expect([reported, otherwise]).toEqual([[], []])
      await store.reset('subject', 5)
      expect(await store.inspect('caller', 5)).toEqual([])
      expect(admitted(await store.admit(request))).toMatchObject({
        usesLeft: [0],
        common: [{ remaining: 0 }],
      })
    }),
  )
  test(
    'R5 a way with common windows of its own is counted by those instead',
    onStore(open, async ({ store }) => {
      const own = sampleWindow({ holder: 'payer', id: 'app:ceiling' })
      const ways = [sampleWay({ windows: [free] }), sampleWay({ common: [own], claims: [sampleClaim()] })]
      await store.admit(requestOf(ceiling))
      const outcome = admitted(await store.admit(sampleRequest({ common: [ceiling], ways })))
      expect(outcome).toMatchObject({ way: 1, common: [{ remaining: 2 }] })
      expect(await store.inspect('subject', 5)).toMatchObject([{ used: 1 }])
      expect(await store.inspect('payer', 5)).toMatchObject([{ used: 1 }])
    }),
  )
  test(
    'R5 a way refused by common windows of its own says how those stand',
    onStore(open, async ({ store }) => {
      const own = sampleWindow({ holder: 'payer', id: 'app:ceiling', limit: 1 })
      const request = sampleRequest({ common: [], ways: [sampleWay({ common: [own], windows: [free] })] })
      admitted(await store.admit(request))
      const looked = sampleRequest({
        ways: [...request.ways, sampleWay({ windows: [free], lookOnly: true })],
      })
      const [first, second] = refused(await store.admit(looked)).ways
      expect(first?.common).toMatchObject([{ remaining: 0 }])
      expect(first?.common?.[0]?.retryMs).toBeGreaterThan(0)
      expect(second?.common).toBeUndefined()
    }),
  )
  test(
    'R7 two takes of one window in one request are counted together, and may differ in limit',
    onStore(open, async ({ store }) => {
      const twice = sampleRequest({
        common: [sampleWindow({ limit: 5, cost: 2 })],
        ways: [sampleWay({ windows: [sampleWindow({ limit: 4, cost: 2 })] })],
      })
      expect(admitted(await store.admit(twice))).toMatchObject({
        common: [{ remaining: 1 }],
        windows: [{ remaining: 0 }],
      })
      await store.reset('caller', 5)
      await store.admit(requestOf(sampleWindow()))
      expect(refused(await store.admit(twice)).ways[0]?.windows[0]?.retryMs).toBeGreaterThan(0)
      expect(await store.inspect('caller', 5)).toMatchObject([{ used: 1 }])
    }),
  )
}

function describeOtherwise(open: StoreOpener): void {
  test(
    'R21 otherwise-windows are taken only when no way fits, each by itself',
    onStore(open, async ({ store }) => {
      const other = sampleWindow({ holder: 'subject', id: 'app:issued', limit: 2 })
      const request = sampleRequest({ ways: [sampleWay({ windows: [free] })], otherwise: [issued, other] })
      await store.admit(request)
      expect(await store.inspect('subject', 5)).toEqual([])
      const first = refused(await store.admit(request)).otherwise
      expect(first).toMatchObject([
        { retryMs: 0, remaining: 0 },
        { retryMs: 0, remaining: 1 },
      ])
      const second = refused(await store.admit(request)).otherwise
      expect(second[0]?.retryMs).toBeGreaterThan(0)
      expect(second[1]).toMatchObject({ retryMs: 0, remaining: 0 })
      expect(await store.inspect('subject', 5)).toMatchObject([{ used: 2 }])
      const used = (await store.inspect('caller', 5)).map((window) => window.used)
      expect(used).toEqual([1, 1])
    }),
  )
}

function describeFence(open: StoreOpener): void {
  test(
    'R13 a decision past its deadline on the store clock is late and charges nothing',
    onStore(open, async ({ store, now }) => {
      const base = sampleRequest({ ways: [sampleWay({ windows: [free], claims: [sampleClaim()] })] })
      const late = await store.admit({ ...base, deadlineMs: (await now()) - 1 })
      expect(late).toEqual({ outcome: 'late' })
      expect(await store.inspect('caller', 5)).toEqual([])
      const inTime = await store.admit({ ...base, deadlineMs: (await now()) + 10_000 })
      expect(admitted(inTime).usesLeft).toEqual([0])
    }),
  )
  test(
    'R9 R10 a credential of a foreign shard is decided with the windows of the caller, all or nothing',
    onStore(open, async ({ store }) => {
      const claim = sampleClaim({ shard: 63, lapse: 'keep' })
      const way = sampleWay({ windows: [sampleWindow()], claims: [claim] })
      const request = sampleRequest({ shard: 0, ways: [way] })
      expect(admitted(await store.admit(request)).windows).toMatchObject([{ remaining: 2 }])
      expect(refused(await store.admit(request)).ways[0]?.claims).toEqual(['spent'])
      expect(await store.inspect('caller', 0)).toMatchObject([{ used: 1 }])
      expect(await store.keep(refOf(claim))).toBe('kept')
    }),
  )
}
