import { describe, expect, test } from '@jest/globals'
import { pow, powCost, SOLVER_SPEEDS } from '@turnpike/core'
import { passOf, powOfferOf, request, solved, testGate } from './requests.ts'

const ABUSER = { calls: 10_000, hashesPerSecond: 8 * SOLVER_SPEEDS.nativeCore }

describe('powCost, asked wrongly', () => {
  test.each<[string, Parameters<typeof powCost>]>([
    ['another rail', [{ rail: 'lightning', terms: {} }, ABUSER]],
    ['no terms', [{ rail: 'pow', terms: undefined }, ABUSER]],
    ['difficulty 9', [pow(9), ABUSER]],
  ])('refuses %s', (_, [requirement, scenario]) => {
    expect(() => powCost(requirement, scenario)).toThrow(
      expect.objectContaining({ code: 'requirement_invalid' }),
    )
  })

  test.each([{ calls: 0 }, { calls: 1.5 }, { calls: 1e7 }, { hashesPerSecond: 0 }, { hashesPerSecond: NaN }])(
    'refuses the scenario %o',
    (wrong) => {
      expect(() => powCost(pow(4), { ...ABUSER, ...wrong })).toThrow(
        expect.objectContaining({ code: 'option_invalid' }),
      )
    },
  )
})

describe('powCost', () => {
  test('of flat difficulty without a quota is the work alone: 10,000 calls are over in a second', () => {
    const cost = powCost(pow(4, { adaptive: false, quota: false }), { ...ABUSER, callers: 100 })
    expect(cost.hashes).toBe(10_000 * 65_536)
    expect(cost.hardestWork).toBe(65_536)
    expect(cost.workSeconds).toBeCloseTo(cost.hashes / ABUSER.hashesPerSecond, 6)
    expect(cost.elapsedSeconds).toBeCloseTo(cost.workSeconds, 6)
  })

  test('R22 with the brakes of pow(4): the quota lets one caller have 60 calls a minute, whatever its machine', () => {
    const { elapsedSeconds, hardestWork } = powCost(pow(4), ABUSER)
    expect(elapsedSeconds / 60).toBeCloseTo(10_000 / 60 - 1, 0)
    expect(hardestWork).toBeLessThanOrEqual(4 * 65_536)
  })

  test('R22 without the quota difficulty alone slows one caller down to hundreds of times the work', () => {
    const brake = powCost(pow(4, { quota: false }), ABUSER)
    const flat = powCost(pow(4, { quota: false, adaptive: false }), ABUSER)
    expect(brake.hashes / flat.hashes).toBeGreaterThan(100)
    expect(brake.hardestWork).toBe(2 ** 24)
  })

  test('for many callers is near the flat price: neither brake stops a crowd', () => {
    const { hashes, elapsedSeconds } = powCost(pow(4), { ...ABUSER, callers: 1000 })
    expect(hashes).toBe(10_000 * 65_536)
    expect(elapsedSeconds).toBeLessThan(2)
  })

  test('leaves an honest caller at the base difficulty: 30 calls a minute, a few milliseconds each', () => {
    const honest = { calls: 300, hashesPerSecond: SOLVER_SPEEDS.wasmCore, everyMs: 2000 }
    const { hardestWork, workSeconds, elapsedSeconds } = powCost(pow(4), honest)
    expect(hardestWork).toBe(65_536)
    expect((workSeconds / 300) * 1000).toBeCloseTo(3.4, 1)
    expect(elapsedSeconds).toBeCloseTo(299 * 2, 0)
  })

  test('shares the work of a solution among its uses', () => {
    const scenario = { calls: 100, hashesPerSecond: 1e6 }
    expect(powCost(pow(4, { uses: 20, quota: false, adaptive: false }), scenario).hashes).toBe(5 * 65_536)
  })

  test('R20 solves anew when a solution has expired, however many uses it has left', () => {
    const pass = pow(4, { uses: 100, validFor: '1m', quota: false, adaptive: false })
    const hourly = { calls: 10, hashesPerSecond: 1e6, everyMs: 3_600_000 }
    expect(powCost(pass, hourly).hashes).toBe(10 * 65_536)
    expect(powCost(pass, { ...hourly, everyMs: 10_000 }).hashes).toBe(65_536)
  })

  test('demands what the gate demands, call by call', async () => {
    const { gate } = testGate()
    const requirement = pow(1, { quota: false, adaptive: { max: 3 } })
    const policy = gate.policy({ require: requirement })
    let hashes = 0
    for (let call = 0; call < 60; call++) {
      const offer = powOfferOf(await gate.decide(request(), policy))
      hashes += offer.expectedHashes
      passOf(await gate.decide(request({ headers: solved(offer) }), policy))
    }
    const modelled = powCost(requirement, { calls: 60, hashesPerSecond: 1e12 }).hashes
    expect(modelled / hashes).toBeCloseTo(1, 1)
  })
})
