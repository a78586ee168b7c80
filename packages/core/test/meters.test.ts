import { describe, expect, test } from '@jest/globals'
import type { Meters } from '@turnpike/core'
import { metered, OK, TOKENS } from './metered.ts'
import { passOf, refusalOf, request, testGate } from './requests.ts'

describe('options of meters', () => {
  test.each<[unknown, string]>([
    ['tokens', 'take { tokens'],
    [{ Tokens: { limit: '9/1h', estimate: 1 } }, 'is no name'],
    [{ ['t'.repeat(33)]: { limit: '9/1h', estimate: 1 } }, 'is no name'],
    [{ free: { limit: '9/1h', estimate: 1 } }, 'none of free'],
    [{ tokens: '9/1h' }, 'tokens: take'],
    [{ tokens: { limit: '9/1h' } }, 'estimate undefined'],
    [{ tokens: { limit: '9/1h', estimate: 0 } }, 'estimate 0'],
    [{ tokens: { limit: '9/1h', estimate: 1.5 } }, 'estimate 1.5'],
    [{ tokens: { limit: ['9/1m', '90/1h'], estimate: 10 } }, '1 to 9 (the limit)'],
    [{ tokens: { limit: 'lots', estimate: 1 } }, 'meters.tokens.limit'],
    [{ tokens: { limit: '9/1h', estimate: 1, estimat: 2 } }, "'estimat'"],
    [{ tokens: { limit: '9/1h', estimate: 1, per: 'planet' } }, "per 'planet'"],
    [{ tokens: { limit: '9/1h', estimate: 1, overflow: 'give' } }, "overflow 'give'"],
    [{ tokens: { limit: '9/1h', estimate: 1, overflow: 'sell', per: 'gate' } }, 'kept by all'],
  ])('refuse %j', (meters, complaint) => {
    const { gate } = testGate()
    expect(() => gate.policy({ meters: meters as Meters })).toThrow(complaint)
  })
})

describe('a meter (R33)', () => {
  test('reserves its estimate: fifty calls at once against a budget for ten, ten pass', async () => {
    const { decide } = metered()
    const decisions = await Promise.all(Array.from({ length: 50 }, async () => await decide()))
    expect(decisions.filter(({ outcome }) => outcome === 'pass')).toHaveLength(10)
  })

  test('refuses with 429, its own code, and when to come again', async () => {
    const { decide, clock } = metered()
    for (let call = 0; call < 10; call += 1) passOf(await decide())
    clock.ms += 600_000
    const refusal = refusalOf(await decide())
    expect(refusal).toMatchObject({ status: 429, code: 'meter_exhausted' })
    expect(refusal.headers['retry-after']).toBe('3000')
    expect(refusal.body).toMatchObject({ 'violated-policies': ['tokens'] })
    expect(refusal.headers['ratelimit']).toContain('"tokens";r=0')
  })

  test('stands at the estimate where nothing is reported, also when the call fails', async () => {
    const { decide, used } = metered()
    await passOf(await decide()).finish(OK)
    await passOf(await decide()).finish({ kind: 'completed', status: 500 })
    expect(await used()).toBe(20)
  })

  test.each([
    [[0], 0],
    [[4], 4],
    [[4, 3], 7],
    [[10], 10],
    [[25], 25],
    [[6, 6, 1], 13],
    [[100, 50], 150],
  ])('reports of %j units are charged as they are, once', async (reports, expected) => {
    const { decide, used } = metered()
    const pass = passOf(await decide())
    for (const units of reports) pass.admission.meter('tokens', units)
    await pass.finish(OK)
    await pass.finish(OK)
    expect(await used()).toBe(expected)
  })

  test('exceeded by what was really used refuses until that is old (R7)', async () => {
    const { decide, clock } = metered()
    const pass = passOf(await decide())
    pass.admission.meter('tokens', 250)
    await pass.finish(OK)
    expect(refusalOf(await decide()).code).toBe('meter_exhausted')
    clock.ms += 3_600_001
    passOf(await decide())
  })

  test('is exact to the last report, also after the end', async () => {
    const { decide, used, gate } = metered()
    const pass = passOf(await decide())
    await pass.finish(OK)
    pass.admission.meter('tokens', 3)
    await gate.drain()
    expect(await used()).toBe(3)
    pass.admission.meter('tokens', 14)
    await gate.drain()
    expect(await used()).toBe(17)
  })

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('takes no report of %d units', async (units) => {
    const { decide } = metered()
    const { admission } = passOf(await decide())
    expect(() => admission.meter('tokens', units)).toThrow(expect.objectContaining({ code: 'meter_invalid' }))
  })

  test('that no policy has is a mistake, and named', async () => {
    const { decide } = metered()
    const { admission } = passOf(await decide())
    expect(() => admission.meter('rows', 1)).toThrow(expect.objectContaining({ code: 'meter_unknown' }))
    expect(() => admission.signal('rows')).toThrow(expect.objectContaining({ code: 'meter_unknown' }))
    expect(admission.remaining('rows')).toBeUndefined()
  })

  test('of several windows must fit into all of them, and is charged to all (R2)', async () => {
    const { decide, clock, gate } = metered({
      meters: { tokens: { limit: ['20/1m', '50/1h'], estimate: 10 } },
    })
    for (let minute = 0; minute < 2; minute += 1) {
      for (let call = 0; call < 2; call += 1) await passOf(await decide()).finish(OK)
      expect(refusalOf(await decide()).headers['retry-after']).toBe('60')
      clock.ms += 60_001
    }
    passOf(await decide())
    expect(refusalOf(await decide()).body['violated-policies']).toEqual(['tokens-3600s'])
    const windows = await gate.inspect({ class: 'agent', id: 'a', subject: 'acme', byAddress: false })
    expect(windows.map(({ used }) => used).toSorted((a, b) => a - b)).toEqual([10, 50])
  })

  test('takes nothing when the call never began (R31), nor from a call that something else refuses', async () => {
    const { decide, used } = metered({ meters: TOKENS, free: '1/1h' })
    await passOf(await decide()).finish({ kind: 'notStarted' })
    expect(await used()).toBe(0)
    passOf(await decide())
    refusalOf(await decide())
    expect(await used()).toBe(10)
  })

  test('of an outer policy is given back when an inner one refuses (R4), and known to the handler when none does', async () => {
    const { gate, used } = metered()
    const outer = gate.policy({ name: 'chat', meters: TOKENS })
    const inner = gate.policy({ free: '1/1h' })
    const call = async () => {
      const view = request({ headers: { 'x-caller': 'a' } })
      passOf(await gate.decide(view, outer))
      return await gate.decide(view, inner)
    }
    const { admission } = passOf(await call())
    expect(admission.remaining('tokens')).toBe(100)
    admission.meter('tokens', 12)
    await gate.drain()
    expect(await used()).toBe(20)
    refusalOf(await call())
    expect(await used()).toBe(20)
  })

  test('while it only observes counts, and lets through', async () => {
    const { decide, used } = metered({
      meters: { tokens: { limit: '10/1h', estimate: 10 } },
      mode: 'observe',
    })
    passOf(await decide())
    const { admission, finish } = passOf(await decide())
    expect(admission.way).toBe('observed')
    admission.meter('tokens', 99)
    await finish(OK)
    expect(await used()).toBe(10)
  })
})

describe('an estimate made of the request', () => {
  const meters: Meters = {
    tokens: {
      limit: '100/1h',
      estimate: (view) => (view.body() as { max_tokens: number }).max_tokens,
    },
  }

  test('is reserved', async () => {
    const { decide, used } = metered({ meters })
    passOf(await decide(undefined, { max_tokens: 60 }))
    expect(await used()).toBe(60)
    refusalOf(await decide(undefined, { max_tokens: 41 }))
    passOf(await decide(undefined, { max_tokens: 40 }))
  })

  test('above the whole budget is refused for good: there is nothing to wait for', async () => {
    const { decide } = metered({ meters })
    const refusal = refusalOf(await decide(undefined, { max_tokens: 101 }))
    expect(refusal.code).toBe('meter_exhausted')
    expect(refusal.headers['retry-after']).toBeUndefined()
  })

  test.each([
    { max_tokens: 0 },
    { max_tokens: -5 },
    { max_tokens: 1.5 },
    { max_tokens: '60' },
    {},
    undefined,
  ])('that is no number of units (%j) refuses the call, takes nothing, and is warned about', async (body) => {
    const { decide, lines, used } = metered({ meters })
    expect(refusalOf(await decide(undefined, body))).toMatchObject({ status: 503, code: 'estimate_unknown' })
    expect(lines).toEqual([expect.stringContaining('estimate_invalid')])
    expect(await used()).toBe(0)
  })

  test.each([
    ['POST', undefined, true],
    ['POST', {}, false],
    ['GET', undefined, false],
  ])(
    'that fails on %s with the body %j names a parser that is missing: %j',
    async (method, body, isNamed) => {
      const { gate, policy, lines } = metered({ meters })
      await gate.decide(request({ method, body }), policy)
      expect(lines.join('\n').includes('express.json()')).toBe(isNamed)
    },
  )
})
