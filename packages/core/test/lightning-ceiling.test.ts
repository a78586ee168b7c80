import { describe, expect, test } from '@jest/globals'
import { anyOf, pow, sats } from '@turnpike/core'
import { bought, paidGate, paying, satsOfferOf } from './payments.ts'
import { passOf, powOfferOf, refusalOf, request, solved } from './requests.ts'

const named = { caller: () => ({ class: 'account', id: 'acme' }) }

describe('a ceiling and payments (R5)', () => {
  test('of an address that neighbours have used up shuts out nobody who pays', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ ceiling: '2/1m', require: anyOf(pow(1), sats(10)) })
    for (let call = 0; call < 2; call += 1) {
      const headers = solved(powOfferOf(await paid.gate.decide(request(), policy)))
      passOf(await paid.gate.decide(request({ headers }), policy))
    }
    const refusal = refusalOf(await paid.gate.decide(request(), policy))
    expect(refusal).toMatchObject({ status: 402, code: 'proof_required' })
    expect(refusal.headers['retry-after']).toBeUndefined()
    expect(refusal.body.offers?.map(({ rail }) => rail)).toEqual(['lightning'])
    const pass = passOf(await paid.gate.decide(paying(bought(paid, satsOfferOf(refusal))), policy))
    expect(pass.admission.way).toBe('lightning')
    expect(pass.headers['ratelimit']).toContain('"ceiling";r=1')
  })

  test('holds for the calls of one payment: 429, and nothing is spent', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ ceiling: '2/1m', require: sats(10, { uses: 5 }) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
    for (let call = 0; call < 2; call += 1) {
      await passOf(await paid.gate.decide(paying(credential), policy)).finish({
        kind: 'completed',
        status: 200,
      })
    }
    const refusal = refusalOf(await paid.gate.decide(paying(credential), policy))
    expect(refusal).toMatchObject({ status: 429, code: 'ceiling_reached', headers: { 'retry-after': '60' } })
    expect(refusal.body.offers).toBeUndefined()
    expect(refusal.body['violated-policies']).toEqual(['ceiling'])
    paid.clock.ms += 60_000
    expect(passOf(await paid.gate.decide(paying(credential), policy)).admission.usesLeft).toBe(2)
  })

  test('with no way open but work is 429 as before', async () => {
    const { gate } = paidGate()
    const policy = gate.policy({ ceiling: '1/1m', require: pow(1) })
    const headers = solved(powOfferOf(await gate.decide(request(), policy)))
    passOf(await gate.decide(request({ headers }), policy))
    expect(refusalOf(await gate.decide(request(), policy))).toMatchObject({
      status: 429,
      code: 'ceiling_reached',
    })
  })

  test('of a named caller holds however a call is admitted, and then no offer is made', async () => {
    const paid = paidGate(named)
    const policy = paid.gate.policy({ ceiling: '1/1m', require: sats(10) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
    passOf(await paid.gate.decide(paying(credential), policy))
    const refusal = refusalOf(await paid.gate.decide(request(), policy))
    expect(refusal).toMatchObject({ status: 429, code: 'ceiling_reached' })
    expect(refusal.body.offers).toBeUndefined()
    expect(paid.lightning.requests).toHaveLength(1)
  })

  test('paid retries after a failing handler count against no neighbour', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ ceiling: '3/1m', require: anyOf(pow(1), sats(10)) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
    for (let retry = 0; retry < 3; retry += 1) {
      await passOf(await paid.gate.decide(paying(credential), policy)).finish({
        kind: 'completed',
        status: 500,
      })
    }
    const headers = solved(powOfferOf(await paid.gate.decide(request(), policy)))
    expect(passOf(await paid.gate.decide(request({ headers }), policy)).admission.remaining('ceiling')).toBe(
      2,
    )
  })
})
