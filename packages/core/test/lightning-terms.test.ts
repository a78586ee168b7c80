import { describe, expect, test } from '@jest/globals'
import { anyOf, pow, type RequestView, sats } from '@turnpike/core'
import { setTimeout as pause } from 'node:timers/promises'
import { bought, caveatsOf, paidGate, paying, satsOfferOf } from './payments.ts'
import { passOf, refusalOf, request } from './requests.ts'
import { sold } from './sold-credential.ts'

describe('the price of a payment credential', () => {
  test('R23 is good for calls that cost no more than was paid: cheap arguments, dear call', async () => {
    const paid = paidGate()
    const price = (view: RequestView) => (view.body() === 'dear' ? 100 : 10)
    const policy = paid.gate.policy({ name: 'render', require: sats(price) })
    const cheap = bought(paid, satsOfferOf(await paid.gate.decide(request({ body: 'cheap' }), policy)))
    const dear = refusalOf(await paid.gate.decide(paying(cheap, { body: 'dear' }), policy))
    expect(dear).toMatchObject({ status: 402, code: 'credential_too_weak' })
    expect(satsOfferOf(dear).sats).toBe(100)
    passOf(await paid.gate.decide(paying(cheap, { body: 'cheap' }), policy))
  })

  test('R23 keeps its uses when the terms change, and is too weak when the price was raised after the sale', async () => {
    const paid = paidGate()
    const before = paid.gate.policy({ name: 'x', require: sats(10, { uses: 3 }) })
    const dearer = paid.gate.policy({ name: 'x', require: sats(11, { uses: 3 }) })
    const single = paid.gate.policy({ name: 'x', require: sats(10) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), before)))
    expect(refusalOf(await paid.gate.decide(paying(credential), dearer)).code).toBe('credential_too_weak')
    for (const left of [2, 1, 0]) {
      expect(passOf(await paid.gate.decide(paying(credential), single)).admission.usesLeft).toBe(left)
    }
  })

  test.each<[string, (view: RequestView) => number]>([
    ['NaN', () => Number.NaN],
    ['nothing', () => 0],
    ['a part of a satoshi', () => 0.5],
    ['less than nothing', () => -10],
    ['more than the cap', () => 100_001],
    ['a text', () => untyped('10')],
    ['an object, as a promise is', () => untyped({})],
    [
      'with an exception',
      () => {
        throw new Error('no such tool')
      },
    ],
  ])('R23 a price function that answers %s closes the way to the call', async (_, price) => {
    const { gate, lines, lightning } = paidGate()
    const alone = refusalOf(await gate.decide(request(), gate.policy({ require: sats(price) })))
    expect(alone).toMatchObject({ status: 503, code: 'price_unknown' })
    const both = refusalOf(await gate.decide(request(), gate.policy({ require: anyOf(pow(1), sats(price)) })))
    expect(both.body.offers?.map(({ rail }) => rail)).toEqual(['pow'])
    expect(lines.filter((line) => line.includes('price_invalid'))).toHaveLength(1)
    expect(lightning.requests).toEqual([])
  })

  test('R23 a price function that promises, and breaks its promise, ends no process', async () => {
    const { gate } = paidGate()
    const price = new Proxy(() => 10, { apply: async () => await Promise.reject(new Error('no body')) })
    const unheard: unknown[] = []
    const hear = (reason: unknown) => unheard.push(reason)
    process.on('unhandledRejection', hear)
    const refusal = refusalOf(await gate.decide(request(), gate.policy({ require: sats(price) })))
    await pause(0)
    process.off('unhandledRejection', hear)
    expect(refusal.code).toBe('price_unknown')
    expect(unheard).toEqual([])
  })

  test('R23 a credential shown while the price is not known admits nothing, and asks for nothing', async () => {
    let known = true
    const paid = paidGate()
    const policy = paid.gate.policy({ require: sats(() => (known ? 10 : Number.NaN)) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
    known = false
    expect(refusalOf(await paid.gate.decide(paying(credential), policy)).code).toBe('price_unknown')
    known = true
    passOf(await paid.gate.decide(paying(credential), policy))
  })
})

describe('the resource of a payment credential', () => {
  test.each([
    ['another policy', { name: 'other' }, {}],
    ['a policy named like a route', { name: 'GET /search' }, {}],
    ['no policy name, the same path', {}, { path: '/search' }],
  ])('R28 is not good for %s', async (_, options, parts) => {
    const { gate, credential } = await sold()
    const policy = gate.policy({ ...options, require: sats(10) })
    expect(refusalOf(await gate.decide(paying(credential, parts), policy)).code).toBe(
      'credential_wrong_resource',
    )
  })

  test.each([',', '=', 'a b', 'services=x:0', 'ünïcödé ☕', 'x'.repeat(2000), '\n', '%2C'])(
    'R28 is good for the one resource it was bought for, even one called %j',
    async (text) => {
      const paid = paidGate()
      const policy = paid.gate.policy({ require: sats(10) })
      const credential = bought(
        paid,
        satsOfferOf(await paid.gate.decide(request({ path: `/${text}` }), policy)),
      )
      expect(caveatsOf(credential)).toHaveLength(3)
      expect(refusalOf(await paid.gate.decide(paying(credential, { path: `/${text}x` }), policy)).code).toBe(
        'credential_wrong_resource',
      )
      passOf(await paid.gate.decide(paying(credential, { path: `/${text}` }), policy))
    },
  )

  test('R34 is good for a tool whatever its arguments', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ name: 'tools', require: sats(10) })
    const call = (digest: string) => ({ resource: { kind: 'tool', text: 'deep_search', digest } }) as const
    const offer = satsOfferOf(await paid.gate.decide({ ...request(), ...call('one') }, policy))
    const shown = paying(bought(paid, offer))
    const other = { resource: { kind: 'tool', text: 'other', digest: 'one' } } as const
    expect(refusalOf(await paid.gate.decide({ ...shown, ...other }, policy)).code).toBe(
      'credential_wrong_resource',
    )
    passOf(await paid.gate.decide({ ...shown, ...call('two') }, policy))
  })

  test('HEAD counts as GET: what was bought for one is good for the other', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ require: sats(10) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request({ method: 'HEAD' }), policy)))
    passOf(await paid.gate.decide(paying(credential), policy))
  })

  test('is bound to the route pattern where the framework knows it: one payment for any item', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ require: sats(10) }, 'route')
    const item = (path: string) => ({ path, route: '/items/:id' })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(item('/items/1')), policy)))
    passOf(await paid.gate.decide(paying(credential, item('/items/2')), policy))
  })
})

/** What JavaScript may answer. */
function untyped<T>(value: unknown): T {
  const answered: T = JSON.parse(JSON.stringify(value))
  return answered
}
