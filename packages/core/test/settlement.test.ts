import { describe, expect, test } from '@jest/globals'
import { type AdmitRequest, memoryStore, type Purchase, type Store } from '@turnpike/core'
import { setTimeout as pause } from 'node:timers/promises'
import { createSettlement, type Taken } from '../src/settlement.ts'

const PACE = { leaseMs: 300, renewEveryMs: 40, retryDelaysMs: [10, 10] }

let claims = 0
function claimed(store: Store, lapse: 'keep' | 'giveBack' = 'giveBack'): { outcome: string; taken: Taken } {
  const claim = {
    credential: 'paid',
    shard: 1,
    claimId: `c${++claims}`,
    uses: 1,
    expiresAtMs: 4_000_000_000_000,
    leaseMs: PACE.leaseMs,
    lapse,
    settled: true,
  } as const
  const ask: AdmitRequest = { shard: 1, common: [], ways: [{ windows: [], claims: [claim] }], otherwise: [] }
  const answer = store.admit(ask)
  if (answer instanceof Promise) throw new Error('the memory store answers at once')
  return {
    outcome: answer.outcome === 'refused' ? (answer.ways[0]?.claims[0] ?? '') : answer.outcome,
    taken: { claims: [claim], windows: () => [] },
  }
}

function settlementOf(store: Store) {
  const seen: string[] = []
  const events = {
    overlap: (policy: string) => seen.push(`overlap ${policy}`),
    moved: (movement: string, { payment }: Purchase) => seen.push(`${movement} ${payment}`),
    fault: (error: unknown) => seen.push(String(error)),
  }
  return { settlement: createSettlement(store, events, PACE), seen }
}

/** A memory store on a clock of its own, which notes which claims are renewed. */
function renewing() {
  const clock = { ms: 1_800_000_000_000 }
  const memory = memoryStore({ now: () => clock.ms })
  const renewed: (readonly string[])[] = []
  const store: Store = {
    ...memory,
    renew: async (refs, leaseMs) => {
      renewed.push(refs.map(({ claimId }) => claimId))
      await memory.renew(refs, leaseMs)
    },
  }
  /** Waits for one more renewal. */
  const renewal = async (): Promise<void> => {
    const before = renewed.length
    while (renewed.length === before) await pause(1)
  }
  return { store, renewed, renewal, clock, ...settlementOf(store) }
}

describe('a lease (R11)', () => {
  test('is renewed as long as the handler runs, and no longer', async () => {
    const { store, settlement, clock, renewal } = renewing()
    const { taken } = claimed(store)
    settlement.open(taken)
    for (let time = 0; time < 3; time += 1) {
      clock.ms += PACE.leaseMs - 1
      await renewal()
    }
    expect(claimed(store).outcome).toBe('inFlight')
    expect(await settlement.end(taken, 'p', false)).toBe('kept')
    expect(claimed(store).outcome).toBe('spent')
  })

  test('that nobody renews lapses: the use is free again', async () => {
    const { store, clock } = renewing()
    claimed(store)
    clock.ms += PACE.leaseMs
    expect(claimed(store).outcome).toBe('admitted')
  })

  test('is left to lapse when the gate is closed, and none is begun after that', async () => {
    const { store, renewed, settlement } = renewing()
    settlement.open(claimed(store).taken)
    settlement.close()
    settlement.open({
      claims: [{ credential: 'x', shard: 1, claimId: 'x', lapse: 'giveBack' }],
      windows: () => [],
    })
    await pause(3 * PACE.renewEveryMs)
    expect(renewed).toEqual([])
  })

  test('that lapsed and was served twice is an overlap', async () => {
    const { store, settlement, seen, clock } = renewing()
    const first = claimed(store)
    clock.ms += PACE.leaseMs
    expect(claimed(store).outcome).toBe('admitted')
    await settlement.end(first.taken, 'search', false)
    expect(seen).toEqual(['overlap search'])
  })
})

describe('a call that never started (R31)', () => {
  test('has its lease renewed no longer: nothing of it stays behind', async () => {
    const { store, renewed, renewal, settlement } = renewing()
    const { taken } = claimed(store)
    settlement.open(taken)
    await renewal()
    expect(await settlement.undo(taken)).toBe('givenBack')
    const before = renewed.length
    await pause(3 * PACE.renewEveryMs)
    expect(renewed).toHaveLength(before)
    expect(claimed(store).outcome).toBe('admitted')
  })

  test('is given back uncounted, however often', async () => {
    const { store, settlement } = renewing()
    for (let call = 0; call < 6; call += 1) {
      const { outcome, taken } = claimed(store)
      expect(outcome).toBe('admitted')
      settlement.open(taken)
      expect(await settlement.undo(taken)).toBe('givenBack')
    }
  })
})

describe('an ending', () => {
  test('is told again until the store takes it', async () => {
    const memory = memoryStore()
    let attempts = 0
    const store: Store = {
      ...memory,
      keep: async (claim) => {
        if (++attempts < 3) throw new Error('connection lost')
        return await memory.keep(claim)
      },
    }
    const { settlement, seen } = settlementOf(store)
    const { taken } = claimed(store)
    expect(await settlement.end(taken, 'p', false)).toBe('kept')
    expect(attempts).toBe(3)
    expect(seen).toEqual([])
  })

  test('that the store never takes is left to the lapse, and named', async () => {
    const store: Store = { ...memoryStore(), giveBack: () => Promise.reject(new Error('connection lost')) }
    const { settlement, seen } = settlementOf(store)
    expect(await settlement.end(claimed(store).taken, 'p', true)).toBe('unsettled')
    expect(seen).toEqual(['Error: connection lost'])
  })

  test('of work asks nothing of the store: it was spent at once (R12)', async () => {
    const memory = memoryStore()
    const store: Store = { ...memory, keep: () => Promise.reject(new Error('not needed')) }
    const { settlement } = settlementOf(store)
    expect(await settlement.end(claimed(store, 'keep').taken, 'p', true)).toBe('kept')
    expect(claimed(store, 'keep').outcome).toBe('spent')
  })
})
