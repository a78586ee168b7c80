import { describe, expect, test } from '@jest/globals'
import { anyOf, pow } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'
import { voucher, voucherRail } from './voucher-rail.ts'

const bothRails = () => testGate({ rails: [voucherRail] })
const paid = (id: number) => ({ authorization: `L402 voucher-${id}` })

describe('ways (R2)', () => {
  test('are offered together in one 402, Lightning first in WWW-Authenticate', async () => {
    const { gate } = bothRails()
    const policy = gate.policy({ require: anyOf(pow(1), voucher()) })
    const refusal = refusalOf(await gate.decide(request(), policy))
    expect(refusal.body.offers?.map(({ rail }) => rail)).toEqual(['pow', 'lightning'])
    expect(refusal.body).toMatchObject({ macaroon: 'AgEB', invoice: 'lnbcrt1', priceSats: 10 })
    const lines = refusal.headers['www-authenticate']
    expect([lines].flat().map((line) => line?.split(' ')[0])).toEqual(['L402', 'PoW'])
  })

  test('of two credentials at once the way listed first is taken, and the other stays unspent', async () => {
    const { gate } = bothRails()
    const policy = gate.policy({ require: anyOf(pow(1), voucher()) })
    const offer = powOfferOf(await gate.decide(request(), policy))
    const both = { ...solved(offer), ...paid(1) }
    expect(passOf(await gate.decide(request({ headers: both }), policy)).admission.way).toBe('pow')
    expect(passOf(await gate.decide(request({ headers: both }), policy)).admission.way).toBe('lightning')
    expect(refusalOf(await gate.decide(request({ headers: solved(offer) }), policy)).code).toBe(
      'credential_spent',
    )
  })

  test('with the quota of work used up, only the other way is offered, and a solution shown stays unspent', async () => {
    const { gate, clock } = bothRails()
    const policy = gate.policy({ require: anyOf(pow(1, { quota: '1/1m' }), voucher()) })
    const first = powOfferOf(await gate.decide(request(), policy))
    const second = powOfferOf(await gate.decide(request(), policy))
    passOf(await gate.decide(request({ headers: solved(first) }), policy))
    const refusal = refusalOf(await gate.decide(request({ headers: solved(second) }), policy))
    expect(refusal).toMatchObject({ status: 402, code: 'quota_reached' })
    expect(refusal.body.offers?.map(({ rail }) => rail)).toEqual(['lightning'])
    expect(passOf(await gate.decide(request({ headers: paid(1) }), policy)).admission.way).toBe('lightning')
    clock.ms += 60_000
    expect(passOf(await gate.decide(request({ headers: solved(second) }), policy)).admission.way).toBe('pow')
  })

  test('with the quota of the only way used up: 429, when to come back, and nothing to solve', async () => {
    const { gate, clock } = testGate()
    const policy = gate.policy({ require: pow(1, { quota: '1/1m' }) })
    const first = powOfferOf(await gate.decide(request(), policy))
    passOf(await gate.decide(request({ headers: solved(first) }), policy))
    clock.ms += 20_000
    const refusal = refusalOf(await gate.decide(request(), policy))
    expect(refusal).toMatchObject({ status: 429, code: 'quota_reached', headers: { 'retry-after': '40' } })
    expect(refusal.body.offers).toBeUndefined()
  })

  test('with the ceiling full, nothing is spent', async () => {
    const { gate, clock } = bothRails()
    const policy = gate.policy({ ceiling: '2/1m', require: anyOf(pow(1), voucher()) })
    const offer = powOfferOf(await gate.decide(request(), policy))
    passOf(await gate.decide(request({ headers: paid(1) }), policy))
    passOf(await gate.decide(request({ headers: paid(2) }), policy))
    for (const headers of [solved(offer), paid(3)]) {
      const refusal = refusalOf(await gate.decide(request({ headers }), policy))
      expect(refusal).toMatchObject({ status: 429, code: 'ceiling_reached' })
      expect(refusal.body['violated-policies']).toEqual(['ceiling'])
      expect(refusal.body.offers).toBeUndefined()
    }
    clock.ms += 60_000
    passOf(await gate.decide(request({ headers: solved(offer) }), policy))
    passOf(await gate.decide(request({ headers: paid(3) }), policy))
  })

  test('a payment not known to be settled claims nothing (R26)', async () => {
    const { gate } = bothRails()
    const pending = gate.policy({ name: 'x', require: voucher({ settled: false }) })
    const settled = gate.policy({ name: 'x', require: voucher() })
    expect(refusalOf(await gate.decide(request({ headers: paid(1) }), pending)).code).toBe(
      'credential_unsettled',
    )
    expect(passOf(await gate.decide(request({ headers: paid(1) }), settled)).admission.usesLeft).toBe(0)
  })
})

describe('the free allowance', () => {
  test('comes first whatever is shown; the credential stays unspent (R3)', async () => {
    const { gate } = bothRails()
    const policy = gate.policy({ free: '2/1m', require: anyOf(pow(1), voucher()) })
    for (const left of [1, 0]) {
      const pass = passOf(await gate.decide(request({ headers: paid(1) }), policy))
      expect(pass.admission).toMatchObject({ way: 'free', usesLeft: undefined })
      expect(pass.admission.remaining('free')).toBe(left)
      expect(pass.headers['turnpike-admission']).toBe('free')
      expect(pass.proven).toBe(false)
    }
    const pass = passOf(await gate.decide(request({ headers: paid(1) }), policy))
    expect(pass.headers['turnpike-admission']).toBe('lightning;uses=0')
    expect(pass.proven).toBe(true)
  })

  test('used up, is named in the 402 with the time until it is back', async () => {
    const { gate, clock } = testGate()
    const policy = gate.policy({ free: '1/1m', require: pow(1) })
    passOf(await gate.decide(request(), policy))
    clock.ms += 15_500
    const refusal = refusalOf(await gate.decide(request(), policy))
    expect(refusal).toMatchObject({ status: 402, headers: { 'retry-after': '45' } })
    expect(refusal.body).toMatchObject({ retryAfter: 45 })
    expect(refusal.body.detail).toContain('wait 45 s for the free allowance (1 per minute)')
  })

  test('alone is a plain rate limiter: 429 with Retry-After and no offers', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: ['2/1s', '3/1m'] })
    passOf(await gate.decide(request(), policy))
    passOf(await gate.decide(request(), policy))
    const refusal = refusalOf(await gate.decide(request(), policy))
    expect(refusal).toMatchObject({ status: 429, code: 'limit_reached', headers: { 'retry-after': '1' } })
    expect(refusal.body['violated-policies']).toEqual(['free-1s'])
    expect(refusal.headers['www-authenticate']).toBeUndefined()
  })

  test('nobody who asks for nothing is refused', async () => {
    const { gate } = testGate()
    const pass = passOf(await gate.decide(request(), gate.policy({})))
    expect(pass.headers).toEqual({ 'turnpike-admission': 'free' })
  })
})
