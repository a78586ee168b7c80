import { describe, expect, test } from '@jest/globals'
import { type Admission, type PolicyOptions, pow } from '@turnpike/core'
import { metered } from './metered.ts'
import { passOf, powOfferOf, refusalOf, solved } from './requests.ts'

describe('who shares a budget', () => {
  const per = (scope: 'caller' | 'subject' | 'class' | 'gate'): PolicyOptions => ({
    meters: { tokens: { limit: '20/1h', estimate: 10, per: scope } },
  })
  const a = { 'x-caller': 'a' }
  const b = { 'x-caller': 'b' }
  const human = { 'x-caller': 'c', 'x-class': 'human' }

  test.each([
    ['caller', 2, 2, 2],
    ['subject', 2, 0, 0],
    ['class', 2, 0, 2],
    ['gate', 2, 0, 0],
  ] as const)(
    'per %s: %i calls of one, then %i of its neighbour, %i of another class',
    async (scope, ...expected) => {
      const { decide } = metered(per(scope))
      const passes: number[] = []
      for (const headers of [a, b, human]) {
        const decisions = []
        for (let call = 0; call < 3; call += 1) decisions.push(await decide(headers))
        passes.push(decisions.filter(({ outcome }) => outcome === 'pass').length)
      }
      expect(passes).toEqual(expected)
    },
  )

  test('per gate: fifty calls at once of as many callers against a budget for two, two pass', async () => {
    const { decide } = metered(per('gate'))
    const callers = Array.from({ length: 50 }, (_, id) => ({ 'x-caller': `caller ${id}` }))
    const decisions = await Promise.all(callers.map(async (headers) => await decide(headers)))
    expect(decisions.filter(({ outcome }) => outcome === 'pass')).toHaveLength(2)
    expect(refusalOf(await decide(a))).toMatchObject({ status: 429, code: 'meter_exhausted' })
  })

  test('per gate: whom the shared budget refuses has nothing taken, neither windows nor work (R12)', async () => {
    const { decide } = metered({ ...per('gate'), free: '1/1h', require: pow(1), name: 'ask' })
    const { finish } = passOf(await decide(a))
    const headers = { ...a, ...solved(powOfferOf(await decide(a))) }
    passOf(await decide(b))
    expect(refusalOf(await decide(headers)).code).toBe('meter_exhausted')
    await finish({ kind: 'notStarted' })
    expect(passOf(await decide(a)).admission.way).toBe('free')
  })

  test('a class has a budget of its own size, or none', async () => {
    const { decide } = metered({
      ...per('caller'),
      classes: {
        human: { meters: false },
        partner: { meters: { tokens: { limit: '50/1h', estimate: 10 } } },
      },
    })
    const passes = async (headers: Readonly<Record<string, string>>) => {
      const admissions: Admission[] = []
      for (let call = 0; call < 8; call += 1) {
        const decision = await decide(headers)
        if (decision.outcome === 'pass') admissions.push(decision.admission)
      }
      return admissions
    }
    expect(await passes(a)).toHaveLength(2)
    expect(await passes({ 'x-caller': 'p', 'x-class': 'partner' })).toHaveLength(5)
    const unmetered = await passes(human)
    expect(unmetered).toHaveLength(8)
    expect(unmetered[0]?.remaining('tokens')).toBeUndefined()
    unmetered[0]?.meter('tokens', 5)
  })
})

describe("overflow: 'sell' (R2)", () => {
  const sold: PolicyOptions = {
    require: pow(1),
    meters: { tokens: { limit: '20/1h', estimate: 10, overflow: 'sell' } },
  }

  test('lets in for free while there is budget, then for work, whose use counts too', async () => {
    const { decide, used } = metered(sold)
    for (let call = 0; call < 2; call += 1) expect(passOf(await decide()).admission.way).toBe('free')
    const refusal = await decide()
    expect(refusalOf(refusal)).toMatchObject({ status: 402, code: 'proof_required' })
    expect(refusalOf(refusal).body.detail).toContain('20 tokens per hour')
    const headers = { 'x-caller': 'a', ...solved(powOfferOf(refusal)) }
    expect(passOf(await decide(headers)).admission.way).toBe('pow')
    expect(await used()).toBe(30)
  })

  test('is not the default: who works is held by the budget, and is told so before the work', async () => {
    const { decide } = metered({
      ...sold,
      meters: { tokens: { limit: '20/1h', estimate: 10 } },
      free: '1/1h',
    })
    passOf(await decide())
    const headers = { 'x-caller': 'a', ...solved(powOfferOf(await decide())) }
    passOf(await decide(headers))
    expect(refusalOf(await decide())).toMatchObject({ status: 429, code: 'meter_exhausted' })
  })
})
