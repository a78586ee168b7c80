import { describe, expect, test } from '@jest/globals'
import { type Meters, pow, type PolicyOptions } from '@turnpike/core'
import { metered, OK, soon, TOKENS } from './metered.ts'
import { passOf, powOfferOf, refusalOf, request, solved } from './requests.ts'

const NOT_STARTED = { kind: 'notStarted' } as const
const headers = { 'x-caller': 'a' }

/** An outer policy with a budget, and an inner one that refuses every call but the first. */
function turnedBack() {
  const made = metered()
  const inner = made.gate.policy({ free: '1/1h' })
  const call = async () => {
    const view = request({ headers })
    const outer = passOf(await made.gate.decide(view, made.policy))
    return { outer, inner: await made.gate.decide(view, inner) }
  }
  return { ...made, call }
}

describe('a report for a call that never began (R31)', () => {
  test('is no mistake: who watches from outside an inner policy reports whatever came of the call (R4)', async () => {
    const { call, used, gate } = turnedBack()
    await call()
    const { outer, inner } = await call()
    refusalOf(inner)
    outer.admission.meter('tokens', 0)
    expect(outer.admission.signal('tokens').aborted).toBe(false)
    await gate.drain()
    expect(await used()).toBe(10)
  })

  test.each([0, 4, 10, 25])('of %i units leaves these alone, whenever it comes', async (units) => {
    for (const isEarly of [true, false]) {
      const { decide, used, gate } = metered()
      passOf(await decide())
      const { admission, finish } = passOf(await decide())
      if (isEarly) admission.meter('tokens', units)
      await finish(NOT_STARTED)
      if (!isEarly) admission.meter('tokens', units)
      await gate.drain()
      expect(await used()).toBe(10 + units)
    }
  })

  test('of a shared budget leaves what others took of it', async () => {
    const { decide, gate } = metered({ meters: { tokens: { limit: '20/1h', estimate: 10, per: 'gate' } } })
    passOf(await decide())
    const { admission, finish } = passOf(await decide())
    await finish(NOT_STARTED)
    admission.meter('tokens', 0)
    await gate.drain()
    passOf(await decide())
    refusalOf(await decide())
  })
})

describe('a report of more than a meter can count', () => {
  test.each([2 ** 32, Number.MAX_SAFE_INTEGER])('is refused: %d', async (units) => {
    const { decide } = metered()
    const { admission } = passOf(await decide())
    expect(() => admission.meter('tokens', units)).toThrow(expect.objectContaining({ code: 'meter_invalid' }))
  })

  test('is not one of the most that it can', async () => {
    const { decide, used, gate } = metered()
    passOf(await decide()).admission.meter('tokens', 2 ** 32 - 1)
    await gate.drain()
    expect(await used()).toBe(2 ** 32 - 1)
  })
})

describe('a paid call beyond a budget whose overflow is sold (R2)', () => {
  const sold: PolicyOptions = {
    require: pow(1),
    meters: { tokens: { limit: '10/1h', estimate: 10, overflow: 'sell' } },
  }

  test('is never told that the budget is gone: it was admitted without it', async () => {
    const { decide, used, calls } = metered(sold)
    passOf(await decide())
    const proof = solved(powOfferOf(await decide()))
    const { admission, finish } = passOf(await decide({ ...headers, ...proof }))
    const signal = admission.signal('tokens')
    expect(admission.remaining('tokens')).toBeUndefined()
    const before = calls.admit
    for (let report = 0; report < 20; report += 1) {
      admission.meter('tokens', 1)
      await soon()
    }
    expect([signal.aborted, admission.remaining('tokens')]).toEqual([false, undefined])
    expect(calls.admit - before).toBe(1)
    admission.meter('tokens', 1)
    await finish(OK)
    expect(await used()).toBe(31)
  })
})

describe('a call that goes on after a pause (R34)', () => {
  test('is metered, though its estimate cannot be made anew', async () => {
    const state = { isBroken: false }
    const meters: Meters = {
      tokens: { limit: '100/1h', estimate: () => (state.isBroken ? Number.NaN : 10) },
    }
    const { decide, gate, policy, used } = metered({ meters })
    const first = passOf(await decide())
    const seal = await first.hold()
    await first.finish(OK)
    state.isBroken = true
    const resumed = await gate.resume(request({ headers }), policy, seal ?? '')
    if (resumed.outcome !== 'resumed') throw new Error(resumed.outcome)
    resumed.pass.admission.meter('tokens', 33)
    await resumed.pass.finish(OK)
    expect(await used()).toBe(43)
  })
})

describe('a shared budget that is used up', () => {
  test('is said before anything is sold that it would refuse right after (R5)', async () => {
    const { decide } = metered({
      free: '1/1h',
      require: pow(1),
      meters: { tokens: { ...TOKENS['tokens']!, limit: '10/1h', per: 'gate' } },
    })
    const { finish } = passOf(await decide())
    const refusal = refusalOf(await decide())
    expect(refusal).toMatchObject({ status: 429, code: 'meter_exhausted' })
    expect(refusal.body.offers).toBeUndefined()
    await finish(NOT_STARTED)
    passOf(await decide())
  })

  test('does not keep a refusal from being made where it is not', async () => {
    const { decide } = metered({
      free: '1/1h',
      require: pow(1),
      meters: { tokens: { limit: '20/1h', estimate: 10, per: 'gate' } },
    })
    passOf(await decide())
    passOf(await decide({ ...headers, ...solved(powOfferOf(await decide())) }))
  })
})
