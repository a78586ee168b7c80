import { describe, expect, test } from '@jest/globals'
import type { AdmitOutcome, AdmitRequest, ClaimTake, WindowTake } from '@turnpike/core'
import { createDenyCache, isCacheable } from '../src/deny-cache.ts'

const window: WindowTake = { holder: 'caller', id: 'search free', limit: 1, windowMs: 60_000, cost: 1 }
const claim: ClaimTake = {
  credential: 'payment',
  shard: 5,
  claimId: 'claim',
  uses: 1,
  expiresAtMs: 4e12,
  leaseMs: 1000,
  lapse: 'giveBack',
  settled: true,
}
const plain: AdmitRequest = { shard: 5, common: [], ways: [{ windows: [window], claims: [] }], otherwise: [] }

const state = (retryMs: number, nextMs: number, fullMs: number) => ({ remaining: 0, retryMs, nextMs, fullMs })
const denial = (...states: readonly ReturnType<typeof state>[]): AdmitOutcome => ({
  outcome: 'refused',
  atMs: 1000,
  common: [],
  ways: [{ windows: states, claims: [] }],
  otherwise: [],
})

function cacheAt(ms: number) {
  const clock = { ms }
  return { cache: createDenyCache(() => clock.ms), clock }
}

describe('deny cache', () => {
  test.each<[string, AdmitRequest, boolean]>([
    ['windows of cost 1', plain, true],
    ['a credential shown', { ...plain, ways: [{ windows: [window], claims: [claim] }] }, false],
    ['a credential to be asked for', { ...plain, otherwise: [window] }, false],
    ['a meter', { ...plain, common: [{ ...window, cost: 500 }] }, false],
    ['a meter of single units', { ...plain, common: [{ ...window, correctable: true }] }, false],
    ['a debit', { ...plain, ways: [{ windows: [{ ...window, force: true }], claims: [] }] }, false],
    ['a look', { ...plain, ways: [{ windows: [{ ...window, cost: 0 }], claims: [] }] }, false],
    ['a deadline of its own', { ...plain, deadlineMs: 5 }, false],
    [
      'a way with a meter of its own',
      { ...plain, ways: [{ windows: [], claims: [], common: [{ ...window, cost: 2 }] }] },
      false,
    ],
  ])('R17 %s: remembered is %s', (_, request, expected) => {
    expect(isCacheable(request)).toBe(expected)
  })

  test('R17 a refusal ages while it is remembered', () => {
    const { cache, clock } = cacheAt(5000)
    cache.add('a', denial(state(800, 800, 900)))
    clock.ms += 300.7
    expect(cache.find('a')).toMatchObject({ atMs: 1300, ways: [{ windows: [state(500, 500, 600)] }] })
    expect(cache.find('b')).toBeUndefined()
  })

  test.each([
    ['a second at most', [state(60_000, 60_000, 60_000)], 1000],
    ['until the take would fit', [state(400, 400, 900)], 400],
    [
      'until any number of it changes',
      [state(800, 800, 900), { remaining: 3, retryMs: 0, nextMs: 250, fullMs: 900 }],
      250,
    ],
    ['a second where it never would', [state(-1, 0, 0)], 1000],
  ])('R17 it is remembered %s', (_, states, ms) => {
    const { cache, clock } = cacheAt(0)
    cache.add('a', denial(...states))
    clock.ms = ms - 1
    expect(cache.find('a')).toBeDefined()
    clock.ms = ms
    expect(cache.find('a')).toBeUndefined()
  })

  test('R17 admissions are not remembered, nor anything after something was given back', () => {
    const { cache } = cacheAt(0)
    cache.add('a', { outcome: 'admitted', atMs: 0, way: 0, common: [], windows: [], usesLeft: [] })
    expect(cache.find('a')).toBeUndefined()
    cache.add('b', denial(state(800, 800, 900)))
    cache.clear()
    expect(cache.find('b')).toBeUndefined()
  })

  test('is bounded, and forgets the oldest first', () => {
    const { cache } = cacheAt(0)
    for (let i = 0; i <= 20_000; i += 1) cache.add(`caller ${i}`, denial(state(800, 800, 900)))
    expect(cache.find('caller 0')).toBeUndefined()
    expect(cache.find('caller 20000')).toBeDefined()
    expect(cache.find('caller 19000')).toBeDefined()
  })
})
