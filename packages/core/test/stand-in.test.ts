import { describe, expect, test } from '@jest/globals'
import { memoryStore, type OnStoreDown, pow, type Store } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'

/** A store that can be cut off, and a gate on it. */
function gateWithCut(options: { readonly onStoreDown?: OnStoreDown; readonly instances?: number } = {}) {
  const clock = { ms: 1_800_000_000_000 }
  const real = memoryStore({ now: () => clock.ms })
  const cut = { isCut: false }
  const adjusted: unknown[] = []
  const store: Store = {
    ...real,
    adjust: async (adjustments) => void adjusted.push(...adjustments),
    admit: (ask) => (cut.isCut ? Promise.reject(new Error('connection refused')) : real.admit(ask)),
  }
  return { ...testGate({ store, now: () => clock.ms, ...options }), clock, cut, adjusted }
}

describe('a store that is down', () => {
  test.each([
    [{}, 6],
    [{ instances: 1 }, 6],
    [{ instances: 3 }, 2],
    [{ instances: 100 }, 1],
    [{ onStoreDown: 'closed' } as const, 0],
    [{ onStoreDown: 'open' } as const, 9],
  ])('R16 with %j lets in %i of nine free calls', async (options, admitted) => {
    const { gate, cut } = gateWithCut(options)
    const policy = gate.policy({ free: '6/1m' })
    cut.isCut = true
    const decisions = []
    for (let call = 0; call < 9; call += 1) decisions.push(await gate.decide(request(), policy))
    expect(decisions.filter(({ outcome }) => outcome === 'pass')).toHaveLength(admitted)
    const last = decisions.at(-1)
    expect(last).toMatchObject(admitted === 9 ? { outcome: 'pass' } : { status: admitted === 0 ? 503 : 429 })
  })

  test('R16 windows of other callers stay apart, and come back with time', async () => {
    const { gate, cut, clock } = gateWithCut()
    const policy = gate.policy({ free: '1/1m' })
    cut.isCut = true
    passOf(await gate.decide(request({ ip: '192.0.2.1' }), policy))
    passOf(await gate.decide(request({ ip: '192.0.2.2' }), policy))
    refusalOf(await gate.decide(request({ ip: '192.0.2.1' }), policy))
    clock.ms += 60_000
    passOf(await gate.decide(request({ ip: '192.0.2.1' }), policy))
  })

  test.each(['local', 'closed'] as const)(
    'R16 %s: work is refused with 503 and not spent, and passes when the store is back',
    async (onStoreDown) => {
      const { gate, cut } = gateWithCut({ onStoreDown })
      const policy = gate.policy({ free: '1/1m', require: pow(1) })
      passOf(await gate.decide(request(), policy))
      const headers = solved(powOfferOf(await gate.decide(request(), policy)))
      cut.isCut = true
      if (onStoreDown === 'local') passOf(await gate.decide(request({ headers }), policy))
      const refusal = refusalOf(await gate.decide(request({ headers }), policy))
      expect(refusal).toMatchObject({ status: 503, code: 'store_down' })
      expect(refusal.body.offers).toBeUndefined()
      cut.isCut = false
      expect(passOf(await gate.decide(request({ headers }), policy)).admission.way).toBe('pow')
    },
  )

  test('R16 a ceiling is held locally on a policy with a requirement, too', async () => {
    const { gate, cut } = gateWithCut()
    const policy = gate.policy({ ceiling: '1/1m', free: '5/1m', require: pow(1) })
    cut.isCut = true
    passOf(await gate.decide(request(), policy))
    expect(refusalOf(await gate.decide(request(), policy))).toMatchObject({
      status: 429,
      code: 'ceiling_reached',
    })
  })

  test('R16 the challenge endpoint answers 503: what it gave could not be redeemed', async () => {
    const { gate, cut } = gateWithCut()
    cut.isCut = true
    expect(await gate.issue(request())).toMatchObject({ status: 503 })
  })

  test('what was admitted locally is not given back to the store', async () => {
    const { gate, cut, adjusted } = gateWithCut()
    const policy = gate.policy({ free: '5/1m' })
    const notStarted = async () => {
      await passOf(await gate.decide(request(), policy)).finish({ kind: 'notStarted' })
      return adjusted.length
    }
    expect(await notStarted()).toBe(1)
    cut.isCut = true
    expect(await notStarted()).toBe(1)
  })
})

describe('onStoreDown', () => {
  test("R16 'open' is a boot error on a policy with a requirement, and none on one without", () => {
    const { gate } = gateWithCut({ onStoreDown: 'open' })
    expect(() => gate.policy({ require: pow(1) })).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining("'open'") }),
    )
    expect(() => gate.policy({ free: '1/1m' })).not.toThrow()
  })

  test.each([
    ['onStoreDown', 'shut'],
    ['instances', 0],
    ['instances', 1.5],
  ])('%s %j is refused by name', (name, value) => {
    expect(() => testGate({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining(name) }),
    )
  })
})
