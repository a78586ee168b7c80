import { describe, expect, test } from '@jest/globals'
import { onStore } from './open-store.ts'
import type { StoreOpener } from './open-store.ts'
import {
  WINDOW_MS,
  admitted,
  briefWindow,
  refused,
  requestOf,
  sampleRequest,
  sampleWay,
  sampleWindow,
} from './sample-takes.ts'

/** @see describeStore */
export function describeStoreWindows(open: StoreOpener): void {
  describe('windows', () => {
    describeStanding(open)
    describeIdentity(open)
    describeRefunds(open)
    describeDebits(open)
  })
}

function describeStanding(open: StoreOpener): void {
  test(
    'R7 a refusal says to the millisecond when the same take would fit',
    onStore(open, async ({ store, advance }) => {
      const request = requestOf(briefWindow({ limit: 2 }))
      const first = admitted(await store.admit(request))
      await advance(50)
      const second = admitted(await store.admit(request))
      const refusal = refused(await store.admit(request))
      const window = refusal.ways[0]?.windows[0]
      expect(window).toMatchObject({ remaining: 0 })
      expect(refusal.atMs + (window?.retryMs ?? 0)).toBe(first.atMs + WINDOW_MS)
      expect(refusal.atMs + (window?.nextMs ?? 0)).toBe(first.atMs + WINDOW_MS)
      expect(refusal.atMs + (window?.fullMs ?? 0)).toBe(second.atMs + WINDOW_MS)
      await advance(window?.retryMs ?? 0)
      admitted(await store.admit(request))
    }),
  )
  test(
    'a take above the limit never fits, a take of nothing only looks',
    onStore(open, async ({ store }) => {
      const tooMuch = refused(await store.admit(requestOf(sampleWindow({ cost: 4 }))))
      expect(tooMuch.ways[0]?.windows).toEqual([{ remaining: 3, retryMs: -1, nextMs: 0, fullMs: 0 }])
      const look = admitted(await store.admit(requestOf(sampleWindow({ cost: 0 }))))
      expect(look.windows).toEqual([{ remaining: 3, retryMs: 0, nextMs: 0, fullMs: 0 }])
      expect(await store.inspect('caller', 5)).toEqual([])
    }),
  )
  test(
    'a refused take takes nothing, so a caller who keeps on asking is let in all the same',
    onStore(open, async ({ store, advance }) => {
      const request = requestOf(briefWindow({ limit: 1 }))
      await store.admit(request)
      for (let i = 0; i < 4; i += 1) {
        refused(await store.admit(request))
        await advance(WINDOW_MS / 10)
      }
      await advance(0.6 * WINDOW_MS + 1)
      admitted(await store.admit(request))
    }),
  )
  test(
    'a limit may change from take to take, because the state holds none',
    onStore(open, async ({ store }) => {
      for (let i = 0; i < 3; i += 1) await store.admit(requestOf(sampleWindow()))
      refused(await store.admit(requestOf(sampleWindow())))
      admitted(await store.admit(requestOf(sampleWindow({ limit: 4 }))))
      const lowered = refused(await store.admit(requestOf(sampleWindow({ limit: 2 }))))
      expect(lowered.ways[0]?.windows[0]).toMatchObject({ remaining: 0 })
    }),
  )
}

function describeIdentity(open: StoreOpener): void {
  test(
    'R6 alternating windows of one holder never refill one another',
    onStore(open, async ({ store }) => {
      const a = requestOf(sampleWindow({ id: 'a:free', limit: 2 }))
      const b = requestOf(sampleWindow({ id: 'b:free', windowMs: 7_000_000, limit: 2 }))
      for (let i = 0; i < 2; i += 1) {
        admitted(await store.admit(a))
        admitted(await store.admit(b))
      }
      for (let i = 0; i < 2; i += 1) {
        refused(await store.admit(a))
        refused(await store.admit(b))
      }
    }),
  )
  test(
    'R6 windows of one length stay apart by id, and windows of one id by holder',
    onStore(open, async ({ store }) => {
      const windows = [
        sampleWindow({ limit: 1 }),
        sampleWindow({ id: 'search:ceiling', limit: 1 }),
        sampleWindow({ limit: 1, holder: 'other' }),
      ]
      for (const window of windows) admitted(await store.admit(requestOf(window)))
      for (const window of windows) refused(await store.admit(requestOf(window)))
      expect(await store.inspect('caller', 5)).toHaveLength(2)
      await store.reset('caller', 5)
      expect(await store.inspect('caller', 5)).toEqual([])
      const { id, windowMs } = sampleWindow()
      expect(await store.inspect('other', 5)).toMatchObject([{ id, windowMs, used: 1 }])
    }),
  )
  test(
    'R6 a window that a request does not name lives on, as long as it is its turn',
    onStore(open, async ({ store, advance }) => {
      const long = sampleWindow({ id: 'search:free:long', windowMs: 1500, limit: 1 })
      admitted(await store.admit(requestOf(long)))
      for (let i = 0; i < 3; i += 1) {
        admitted(await store.admit(requestOf(briefWindow({ limit: 1 }))))
        await advance(WINDOW_MS + 10)
      }
      refused(await store.admit(requestOf(long)))
      await advance(1500)
      admitted(await store.admit(requestOf(long)))
    }),
  )
}

function describeRefunds(open: StoreOpener): void {
  const { holder, id, windowMs, limit } = sampleWindow()
  const adjustment = { shard: 5, holder, id, windowMs, limit }
  test(
    'R7 a refund brings back what was taken, never more',
    onStore(open, async ({ store }) => {
      const { atMs } = admitted(await store.admit(requestOf(sampleWindow({ cost: 2 }))))
      await store.adjust([{ ...adjustment, atMs, units: -9 }])
      const full = admitted(await store.admit(requestOf(sampleWindow({ cost: 3 }))))
      expect(full.windows).toMatchObject([{ remaining: 0 }])
    }),
  )
  test(
    'R7 a refund goes into the record that was charged, and into none when that has left',
    onStore(open, async ({ store, advance }) => {
      const early = admitted(await store.admit(requestOf(briefWindow({ cost: 1 }))))
      await advance(WINDOW_MS / 2)
      const newer = admitted(await store.admit(requestOf(briefWindow({ cost: 2 }))))
      await advance(WINDOW_MS / 2 + 5)
      await store.adjust([{ ...adjustment, windowMs: WINDOW_MS, atMs: early.atMs, units: -1 }])
      expect(await store.inspect('caller', 5)).toMatchObject([{ used: 2 }])
      await store.adjust([{ ...adjustment, windowMs: WINDOW_MS, atMs: newer.atMs, units: -1 }])
      expect(await store.inspect('caller', 5)).toMatchObject([{ used: 1 }])
    }),
  )
  test(
    'a refund to a window that was never charged does nothing',
    onStore(open, async ({ store, now }) => {
      await store.adjust([{ ...adjustment, atMs: await now(), units: -2 }])
      expect(await store.inspect('caller', 5)).toEqual([])
      expect(admitted(await store.admit(requestOf(sampleWindow()))).windows).toMatchObject([{ remaining: 2 }])
    }),
  )
}

function describeDebits(open: StoreOpener): void {
  const meter = sampleWindow({ id: 'chat:tokens', limit: 100, cost: 10 })
  test(
    'R33 fifty calls at once against a budget for ten: ten pass',
    onStore(open, async ({ store }) => {
      const request = sampleRequest({ common: [meter], ways: [sampleWay()] })
      const outcomes = await Promise.all(Array.from({ length: 50 }, async () => await store.admit(request)))
      expect(outcomes.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(10)
      expect(await store.inspect('caller', 5)).toMatchObject([{ used: 100 }])
    }),
  )
  test(
    'R33 the true use is settled after the call: the rest comes back, an excess is charged and blocks',
    onStore(open, async ({ store, advance }) => {
      const brief = { ...meter, windowMs: WINDOW_MS }
      const { id, windowMs, limit } = brief
      const { atMs } = admitted(await store.admit(requestOf(brief)))
      const adjustment = { shard: 5, holder: 'caller', id, windowMs, limit, atMs }
      await store.adjust([{ ...adjustment, units: -7 }])
      expect(await store.inspect('caller', 5)).toMatchObject([{ used: 3 }])
      await store.adjust([{ ...adjustment, units: 200 }])
      expect(await store.inspect('caller', 5)).toMatchObject([{ used: 203 }])
      const refusal = refused(await store.admit(requestOf(brief)))
      expect(refusal.ways[0]?.windows[0]?.remaining).toBe(0)
      await advance(WINDOW_MS + 5)
      admitted(await store.admit(requestOf(brief)))
    }),
  )
  test(
    'R7 a forced take always fits, and then blocks the others',
    onStore(open, async ({ store }) => {
      const forced = requestOf({ ...meter, cost: 150, force: true })
      expect(admitted(await store.admit(forced)).windows).toMatchObject([{ remaining: 0 }])
      refused(await store.admit(requestOf(meter)))
      admitted(await store.admit(forced))
      expect(await store.inspect('caller', 5)).toMatchObject([{ used: 300 }])
    }),
  )
}
