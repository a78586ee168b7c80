import { describe, expect, test } from '@jest/globals'
import { type Meters, sats } from '@turnpike/core'
import { bought, paidGate, paying, satsOfferOf } from './payments.ts'
import { passOf, refusalOf, request } from './requests.ts'

const OK = { kind: 'completed', status: 200 } as const
const tokens = (per: 'caller' | 'gate'): Meters => ({ tokens: { limit: '10/1h', estimate: 10, per } })

/** A paid policy with a budget for one call, a credential of five uses, and a call that has taken the budget. */
async function usedUp(per: 'caller' | 'gate') {
  const paid = paidGate()
  const open = paid.gate.policy({ require: sats(10, { uses: 5 }), name: 'ask' })
  const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), open)))
  const policy = paid.gate.policy({
    name: 'ask',
    ceiling: '100/1m',
    require: sats(10, { uses: 5 }),
    meters: tokens(per),
  })
  const pay = async () => await paid.gate.decide(paying(credential), policy)
  const first = passOf(await pay())
  return { ...paid, policy, pay, first }
}

describe('a budget and payments (R2, R5)', () => {
  test.each(['caller', 'gate'] as const)(
    'per %s: a paid call that does not fit gets 429 and nothing is spent',
    async (per) => {
      const { pay, first, clock } = await usedUp(per)
      for (let attempt = 0; attempt < 5; attempt += 1) {
        expect(refusalOf(await pay())).toMatchObject({ status: 429, code: 'meter_exhausted' })
      }
      await first.finish(OK)
      clock.ms += 3_600_001
      expect(passOf(await pay()).admission.usesLeft).toBe(3)
    },
  )

  test('nothing is offered that the budget of an address would refuse, though its ceiling would not', async () => {
    const { gate, policy } = await usedUp('caller')
    const refusal = refusalOf(await gate.decide(request(), policy))
    expect(refusal).toMatchObject({ status: 429, code: 'meter_exhausted' })
    expect(refusal.body.offers).toBeUndefined()
  })

  test('units that a failed call did not use come back with the report, and its use by itself (R31)', async () => {
    const { pay, first } = await usedUp('caller')
    first.admission.meter('tokens', 0)
    await first.finish({ kind: 'completed', status: 500 })
    expect(passOf(await pay()).admission.usesLeft).toBe(4)
  })
})

describe('calls in flight and payments', () => {
  test('a slot is no use: what is left of the payment is shown, and a failed call gives back both', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ inFlight: 1, require: sats(10, { uses: 2 }) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
    const pay = async () => await paid.gate.decide(paying(credential), policy)
    const failing = passOf(await pay())
    expect(failing.admission.usesLeft).toBe(1)
    expect(refusalOf(await pay()).code).toBe('in_flight_limit')
    await failing.finish({ kind: 'completed', status: 500 })
    await passOf(await pay()).finish(OK)
    await passOf(await pay()).finish(OK)
    expect(refusalOf(await pay())).toMatchObject({ status: 402, code: 'credential_spent' })
  })

  test('a paid call that waits for its client keeps its use and its slot, and ends with both (R34)', async () => {
    const meters: Meters = { tokens: { limit: '20/1h', estimate: 10 } }
    const paid = paidGate()
    const policy = paid.gate.policy({ inFlight: 1, require: sats(10, { uses: 2 }), meters })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
    const pass = passOf(await paid.gate.decide(paying(credential), policy))
    pass.admission.meter('tokens', 2)
    const seal = await pass.hold()
    await pass.finish(OK)
    expect(refusalOf(await paid.gate.decide(request(), policy)).code).toBe('in_flight_limit')
    const resumed = await paid.gate.resume(request(), policy, seal ?? '')
    if (resumed.outcome !== 'resumed') throw new Error(resumed.outcome)
    resumed.pass.admission.meter('tokens', 3)
    await resumed.pass.finish(OK)
    const windows = await paid.gate.inspect(pass.admission.caller)
    const report = windows.find(({ id }) => id.startsWith('tokens'))
    expect(report?.used).toBe(5)
    expect(passOf(await paid.gate.decide(paying(credential), policy)).admission.usesLeft).toBe(0)
  })
})
