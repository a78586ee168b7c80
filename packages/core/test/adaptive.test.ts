import { describe, expect, test } from '@jest/globals'
import { pow } from '@turnpike/core'
import { recentLimitFor, workFor } from '../src/pow-difficulty.ts'
import { checkPowTerms } from '../src/pow-terms.ts'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'

describe('difficulty that follows recent calls (R21, R22)', () => {
  const spec = checkPowTerms({ difficulty: 4 })

  test('stays at the base up to 60 recent calls, then doubles with every 60 more, up to the most', () => {
    expect([0, 1, 60].map((recent) => workFor(spec, recent))).toEqual([65_536, 65_536, 65_536])
    expect(workFor(spec, 120)).toBe(131_072)
    expect(workFor(spec, 300)).toBe(65_536 * 16)
    expect(workFor(spec, 100_000)).toBe(2 ** 24)
  })

  test('asks for the same however many calls, when it is switched off', () => {
    const flat = checkPowTerms({ difficulty: 4, adaptive: false })
    expect(workFor(flat, 100_000)).toBe(65_536)
    expect(recentLimitFor(flat, 65_536)).toBeUndefined()
  })

  test('accepts work that falls short of today by up to 2 bits (R19)', () => {
    const limit = recentLimitFor(spec, 65_536) ?? 0
    expect(limit).toBe(180)
    expect(workFor(spec, limit)).toBeLessThanOrEqual(65_536 * 4)
    expect(workFor(spec, limit + 1)).toBeGreaterThan(65_536 * 4)
    expect(recentLimitFor(spec, 2 ** 24)).toBeUndefined()
  })

  test('counts challenges issued, so that a stock of easy ones makes the next one harder', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(1, { quota: false }) })
    const targets: string[] = []
    for (let call = 0; call < 130; call++)
      targets.push(powOfferOf(await gate.decide(request(), policy)).target)
    expect(new Set(targets.slice(0, 60))).toEqual(new Set(['0fffffff']))
    expect(Number.parseInt(targets[119] ?? '', 16)).toBeLessThan(0x08000000)
    expect(powOfferOf(await gate.decide(request({ ip: '203.0.113.1' }), policy)).target).toBe('0fffffff')
  })

  test('is one count for 402s, the challenge endpoint, all policies and redeemed calls (R21)', async () => {
    const { gate } = testGate()
    const [a, b] = [
      gate.policy({ require: pow(1, { quota: false }) }),
      gate.policy({ require: pow(1, { quota: false }) }),
    ]
    for (let call = 0; call < 25; call++) {
      const offer = powOfferOf(await gate.decide(request({ path: '/a' }), a))
      passOf(await gate.decide(request({ path: '/a', headers: solved(offer) }), a))
      await gate.issue(request())
    }
    expect(powOfferOf(await gate.decide(request({ path: '/b' }), b)).expectedHashes).toBeGreaterThan(16)
  })

  test('refuses easy work from a caller who has made many calls since, and says so', async () => {
    const { gate, clock } = testGate()
    const policy = gate.policy({ require: pow(1, { quota: false }) })
    const early = powOfferOf(await gate.decide(request(), policy))
    for (let call = 0; call < 200; call++) await gate.decide(request(), policy)
    const refusal = refusalOf(await gate.decide(request({ headers: solved(early) }), policy))
    expect(refusal).toMatchObject({ status: 402, code: 'credential_too_weak' })
    expect(powOfferOf(refusal).expectedHashes).toBeGreaterThan(64)
    clock.ms += 61_000
    passOf(await gate.decide(request({ headers: solved(early) }), policy))
  })

  test('goes by the caller who redeems, not by the one who asked (R19)', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(1, { quota: false }) })
    const busy = '203.0.113.7'
    for (let call = 0; call < 200; call++) await gate.decide(request({ ip: busy }), policy)
    const offer = powOfferOf(await gate.decide(request(), policy))
    const headers = solved(offer)
    expect(refusalOf(await gate.decide(request({ ip: busy, headers }), policy)).code).toBe(
      'credential_too_weak',
    )
    passOf(await gate.decide(request({ headers }), policy))
  })

  test('far above any sane rate ends in 429 issue_flood, for that caller alone', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(1) })
    for (let call = 0; call < 1000; call++) await gate.decide(request(), policy)
    const refusal = refusalOf(await gate.decide(request(), policy))
    expect(refusal).toMatchObject({ status: 429, code: 'issue_flood', headers: { 'retry-after': '60' } })
    expect(refusal.body.offers).toBeUndefined()
    expect(await gate.issue(request())).toMatchObject({ status: 429 })
    powOfferOf(await gate.decide(request({ ip: '203.0.113.1' }), policy))
  })
})

describe('the quota of work (R22)', () => {
  test('is 60 calls a minute unless told otherwise', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: pow(0.25, { adaptive: false }) })
    let admitted = 0
    for (let call = 0; call < 80; call++) {
      const decision = await gate.decide(request(), policy)
      if (decision.outcome === 'refuse' && decision.status === 429) break
      passOf(await gate.decide(request({ headers: solved(powOfferOf(decision)) }), policy))
      admitted++
    }
    expect(admitted).toBe(60)
  })
})
