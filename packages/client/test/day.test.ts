import { describe, expect, test } from '@jest/globals'
import { createNegotiator, memoryLedger } from '@turnpike/client'
import type { LimitName } from '@turnpike/client'
import { toyInvoice, toyNetwork, walletOf } from './toy-wallet.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Numbers that look random and are the same in every run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('three days of an agent', () => {
  test('R35 never spend more than a limit in any 24 hours, and windows roll over', async () => {
    const network = toyNetwork()
    const random = numbers(402)
    let now = Date.parse('2026-11-23T00:00:00Z')
    const spent: { at: number; host: string; msat: number }[] = []
    const ledger = memoryLedger()
    const budget = { perCallSats: 40, perHostSats: 300, perDaySats: 500, totalSats: 1300, maxFeeSats: 2 }
    const wallet = walletOf(network, { feeMsat: 700 })
    const negotiator = createNegotiator({ wallet, budget, ledger, now: () => now })
    const stoppedBy: Record<LimitName, number> = {
      perCallSats: 0,
      perHostSats: 0,
      perDaySats: 0,
      totalSats: 0,
    }
    const end = now + 3 * DAY
    while (now < end) {
      now += Math.floor(random() * 6 * 60_000)
      const host = ['a', 'b', 'c'][Math.floor(random() ** 2 * 3)] ?? 'a'
      const sats = 1 + Math.floor(random() * 45)
      const { paymentHash } = network.invoice(0)
      const invoice = toyInvoice({ amountMsat: sats * 1000, paymentHash, expiresAtMs: now + HOUR })
      const call = negotiator.open({ origin: `https://${host}.example`, request: `GET /${paymentHash}` })
      const lightning = { scheme: 'L402' as const, token: 'AAAA', invoice, uses: 1, sats }
      const step = await call.meet({ status: 402, code: 'proof_required', lightning })
      if (step.kind === 'send') spent.push({ at: now, host, msat: sats * 1000 + 700 })
      else if (step.kind === 'giveUp' && step.asked !== undefined) stoppedBy[step.asked.limit] += 1
      await call.conclude({ status: 200, admission: 'lightning;uses=0' })
    }
    const sumOf = (some: typeof spent): number => some.reduce((sum, { msat }) => sum + msat, 0)
    for (const { at } of spent) {
      const window = spent.filter((one) => one.at <= at && one.at > at - DAY)
      expect(sumOf(window)).toBeLessThanOrEqual(500_000)
      for (const host of ['a', 'b', 'c']) {
        expect(sumOf(window.filter((one) => one.host === host))).toBeLessThanOrEqual(300_000)
      }
    }
    expect(sumOf(spent)).toBeLessThanOrEqual(1_300_000)
    expect(Math.max(...spent.map(({ msat }) => msat))).toBeLessThanOrEqual(40_000)
    // Every limit was met, so the test can fail; the second day has as much to spend as the first.
    expect(Object.values(stoppedBy).every((times) => times > 0)).toBe(true)
    const first = spent[0]?.at ?? 0
    expect(sumOf(spent.filter(({ at }) => at > first + DAY))).toBeGreaterThan(500_000)
    const { spends, olderMsat, purchases } = await ledger.read()
    expect([olderMsat + sumOf(spends.map(({ msat }) => ({ msat, at: 0, host: '' }))), purchases]).toEqual([
      sumOf(spent),
      [],
    ])
    expect(network.paid).toHaveLength(spent.length)
  })
})
