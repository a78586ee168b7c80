import { describe, expect, test } from '@jest/globals'
import { describeCallers, describeMeters, describeStore } from '@turnpike/testkit'
import type { OpenStore } from '@turnpike/testkit'
import { memoryStore } from '../src/memory-store.ts'
import type { MemoryStore, MemoryStoreOptions } from '../src/memory-store.ts'
import type { AdmitRequest, ClaimTake } from '../src/store.ts'

/** Not on a round number, and soon over a wrap of ms mod 2^32. */
const BEGAN_MS = 400 * 2 ** 32 - 700

interface OpenMemory extends OpenStore {
  readonly store: MemoryStore
  readonly set: (ms: number) => void
}

function openMemory(options: MemoryStoreOptions = {}): OpenMemory {
  let nowMs = BEGAN_MS
  const store = memoryStore({ now: () => nowMs, ...options })
  return {
    store,
    now: () => nowMs,
    advance: async (ms) => {
      nowMs += Math.floor(ms)
    },
    close: async () => await store.close(),
    set: (ms) => {
      nowMs = ms
    },
  }
}

function taking(holder: string, cost = 1): AdmitRequest {
  const windows = [{ holder, id: 'app:free:1000', limit: 2, windowMs: 1000, cost }]
  return { shard: 0, common: [], ways: [{ windows, claims: [] }], otherwise: [] }
}

function claiming(changes: Partial<ClaimTake>): AdmitRequest {
  const claim: ClaimTake = {
    credential: 'payment',
    shard: 0,
    claimId: 'claim',
    uses: 1,
    expiresAtMs: BEGAN_MS + 10_000,
    leaseMs: 1000,
    lapse: 'keep',
    settled: true,
    ...changes,
  }
  return { shard: 0, common: [], ways: [{ windows: [], claims: [claim] }], otherwise: [] }
}

describeStore('memory', async () => openMemory())
describeCallers('memory', async () => openMemory())
describeMeters('memory', async () => openMemory())

describe('memory store, full (R18)', () => {
  test('newcomers are turned away as full, and those known go on', () => {
    const { store } = openMemory({ maxHolders: 2 })
    for (const holder of ['a', 'b'])
      expect(store.admit(taking(holder))).toMatchObject({ outcome: 'admitted' })
    expect(store.admit(taking('c'))).toEqual({ outcome: 'full' })
    expect(store.admit(taking('a'))).toMatchObject({ outcome: 'admitted', windows: [{ remaining: 0 }] })
  })

  test('expired holders make room', async () => {
    const { store, advance } = openMemory({ maxHolders: 2 })
    store.admit(taking('a'))
    await advance(500)
    store.admit(taking('b'))
    await advance(500)
    expect(store.admit(taking('c'))).toMatchObject({ outcome: 'admitted' })
    expect(store.admit(taking('d'))).toEqual({ outcome: 'full' })
    expect(await store.inspect('b', 0)).toMatchObject([{ used: 1 }])
  })

  test('a decision that finds no room for one of its holders takes nothing from the others', async () => {
    const { store } = openMemory({ maxHolders: 1 })
    store.admit(taking('a'))
    const request = { ...taking('c'), common: taking('a').ways[0]?.windows ?? [] }
    expect(store.admit(request)).toEqual({ outcome: 'full' })
    const refusal = {
      ...taking('a', 3),
      otherwise: [...(taking('a').ways[0]?.windows ?? []), ...(taking('c').ways[0]?.windows ?? [])],
    }
    expect(store.admit(refusal)).toEqual({ outcome: 'full' })
    expect(await store.inspect('a', 0)).toMatchObject([{ used: 1 }])
  })

  test('a newcomer on one way is not passed on to the next', async () => {
    const { store } = openMemory({ maxHolders: 1 })
    store.admit(taking('a'))
    const request = { ...taking('c'), ways: [...taking('c').ways, ...taking('a').ways] }
    expect(store.admit(request)).toEqual({ outcome: 'full' })
    expect(await store.inspect('a', 0)).toMatchObject([{ used: 1 }])
  })

  test('a spent credential is remembered until 60 s after its end, whoever else wants in', async () => {
    const { store, set } = openMemory({ maxCredentials: 1 })
    store.admit(claiming({}))
    set(BEGAN_MS + 9_999)
    expect(store.admit(claiming({}))).toMatchObject({ ways: [{ claims: ['spent'] }] })
    const stranger = claiming({ credential: 'stranger', expiresAtMs: BEGAN_MS + 900_000 })
    expect(store.admit(stranger)).toEqual({ outcome: 'full' })
    set(BEGAN_MS + 69_999)
    expect(store.admit(stranger)).toEqual({ outcome: 'full' })
    set(BEGAN_MS + 70_000)
    expect(store.admit(stranger)).toMatchObject({ outcome: 'admitted' })
  })

  test('a credential whose lease is running is remembered past its end', async () => {
    const { store, set } = openMemory({ maxCredentials: 1 })
    store.admit(claiming({ leaseMs: 600_000 }))
    set(BEGAN_MS + 100_000)
    expect(store.admit(claiming({ credential: 'stranger', expiresAtMs: BEGAN_MS + 900_000 }))).toEqual({
      outcome: 'full',
    })
    expect(await store.keep({ credential: 'payment', shard: 0, claimId: 'claim' })).toBe('kept')
  })

  test('no more calls are held than credentials, until a hold has ended', async () => {
    const { store, advance } = openMemory({ maxCredentials: 1 })
    const hold = { shard: 0, claims: [], ttlMs: 100 }
    expect(await store.hold({ ...hold, seal: 'a' })).toBe(true)
    expect(await store.hold({ ...hold, seal: 'b' })).toBe(false)
    await advance(100)
    expect(await store.hold({ ...hold, seal: 'b' })).toBe(true)
  })
})

describe('memory store, forgetting', () => {
  test('newcomers push the expired out, a few at a time', async () => {
    const { store, advance } = openMemory({ maxHolders: 100 })
    for (let i = 0; i < 1000; i += 1) {
      expect(store.admit(taking(`caller ${i}`))).toMatchObject({ outcome: 'admitted' })
      await advance(20)
    }
  })

  test('the debit of a call already served is taken even when there is no room', async () => {
    const { store } = openMemory({ maxHolders: 1 })
    store.admit(taking('a'))
    const debit = {
      shard: 0,
      holder: 'b',
      id: 'app:free:1000',
      windowMs: 1000,
      limit: 2,
      atMs: BEGAN_MS,
      units: 5,
    }
    await store.adjust([debit])
    expect(await store.inspect('b', 0)).toMatchObject([{ used: 5 }])
  })
})

describe('memory store, windows', () => {
  test('R6 the same id with another length is another window', async () => {
    const { store } = openMemory()
    const windows = [1000, 2000].map((windowMs) => ({
      holder: 'a',
      id: 'app:free',
      limit: 1,
      windowMs,
      cost: 1,
    }))
    expect(store.admit({ ...taking('a'), ways: [{ windows, claims: [] }] })).toMatchObject({
      outcome: 'admitted',
    })
    expect(await store.inspect('a', 0)).toHaveLength(2)
  })
})

describe('memory store, clock', () => {
  test('a clock that steps back neither frees nor loses units', async () => {
    const { store, set } = openMemory()
    store.admit(taking('a'))
    set(BEGAN_MS - 5000)
    expect(store.admit(taking('a'))).toMatchObject({
      outcome: 'admitted',
      atMs: BEGAN_MS,
      windows: [{ remaining: 0 }],
    })
    expect(store.admit(taking('a'))).toMatchObject({ outcome: 'refused', atMs: BEGAN_MS })
    set(BEGAN_MS + 1000)
    expect(store.admit(taking('a', 2))).toMatchObject({ outcome: 'admitted' })
  })

  test('answers without a promise', () => {
    expect(openMemory().store.admit(taking('a'))).not.toBeInstanceOf(Promise)
  })

  test('R15 what was issued a millisecond before the store began is lost', () => {
    const { store } = openMemory()
    expect(store.admit(claiming({ issuedAtMs: BEGAN_MS - 1 }))).toMatchObject({
      ways: [{ claims: ['lost'] }],
    })
    expect(store.admit(claiming({ issuedAtMs: BEGAN_MS }))).toMatchObject({ outcome: 'admitted' })
  })
})
