import { describe, expect, test } from '@jest/globals'
import {
  anyOf,
  type GateOptions,
  type InvoiceState,
  memoryStore,
  pow,
  sats,
  type Store,
} from '@turnpike/core'
import { bought, paidGate, paying, payments, satsOfferOf } from './payments.ts'
import { passOf, powOfferOf, refusalOf, request, solved } from './requests.ts'

/** A credential whose preimage is known though nobody has paid. */
async function leaked(options: GateOptions = {}) {
  const paid = paidGate(options)
  const policy = paid.gate.policy({ name: 'search', require: sats(10, { uses: 3 }) })
  const offer = satsOfferOf(await paid.gate.decide(request(), policy))
  const credential = `${offer.macaroon}:${paid.lightning.preimageOf(offer.invoice)}`
  return {
    ...paid,
    policy,
    offer,
    credential,
    decide: async () => await paid.gate.decide(paying(credential), policy),
  }
}

describe('a payment (R26)', () => {
  test('that has not arrived claims nothing: 402 with the same macaroon and invoice', async () => {
    const { decide, offer, lightning, books, clock } = await leaked()
    const refusal = refusalOf(await decide())
    expect(refusal).toMatchObject({
      status: 402,
      code: 'credential_unsettled',
      headers: { 'retry-after': '1' },
    })
    expect(satsOfferOf(refusal)).toEqual(offer)
    expect(lightning.lookedUp).toHaveLength(3)
    expect(lightning.requests).toHaveLength(1)
    lightning.pay(offer.invoice)
    expect(refusalOf(await decide()).code).toBe('credential_unsettled')
    expect(lightning.lookedUp).toHaveLength(3)
    clock.ms += 1000
    expect(passOf(await decide()).admission.usesLeft).toBe(2)
    expect(books.map(({ movement }) => movement)).toEqual(['minted', 'settled', 'claimed'])
  })

  test('is looked up once, and never again once it is known', async () => {
    const { decide, lightning, offer } = await leaked()
    lightning.pay(offer.invoice)
    passOf(await decide())
    passOf(await decide())
    expect(lightning.lookedUp).toHaveLength(1)
  })

  test('on its way is worth waiting for a second, whatever the free allowance says', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ free: '1/1h', require: sats(10) })
    passOf(await paid.gate.decide(request(), policy))
    const { macaroon, invoice } = satsOfferOf(await paid.gate.decide(request(), policy))
    const shown = paying(`${macaroon}:${paid.lightning.preimageOf(invoice)}`)
    const { body, headers } = refusalOf(await paid.gate.decide(shown, policy))
    expect(headers['retry-after']).toBe('1')
    expect(body.detail).toContain('Ways on: wait 1 s; or pay')
  })

  test('known to the store is known to every process, without a look-up', async () => {
    const store = memoryStore({ now: () => 1_800_000_000_000 })
    const { decide, lightning, offer, credential } = await leaked({ store })
    lightning.pay(offer.invoice)
    passOf(await decide())
    const other = paidGate({ store, lightning })
    const policy = other.gate.policy({ name: 'search', require: sats(10) })
    expect(passOf(await other.gate.decide(paying(credential), policy)).admission.usesLeft).toBe(1)
    expect(lightning.lookedUp).toHaveLength(1)
  })

  test('claimed by twenty calls at once is looked up once', async () => {
    const paid = paidGate()
    const policy = paid.gate.policy({ require: sats(10, { uses: 20 }) })
    const credential = bought(paid, satsOfferOf(await paid.gate.decide(request(), policy)))
    const decisions = await Promise.all(
      Array.from({ length: 20 }, async () => await paid.gate.decide(paying(credential), policy)),
    )
    for (const decision of decisions) passOf(decision)
    expect(paid.lightning.lookedUp).toHaveLength(1)
    expect(paid.books.filter(({ movement }) => movement === 'settled')).toHaveLength(1)
  })

  test('that cannot be looked up is 503, offers nothing and spends nothing', async () => {
    const { decide, lightning, offer, lines } = await leaked()
    lightning.pay(offer.invoice)
    lightning.instead.lookUp = () => Promise.reject(new Error('connection refused'))
    const refusal = refusalOf(await decide())
    expect(refusal).toMatchObject({ status: 503, code: 'lightning_down', headers: { 'retry-after': '1' } })
    expect(refusal.body.offers).toBeUndefined()
    expect(lines.join()).toContain('payments_down')
    lightning.instead.lookUp = undefined
    passOf(await decide())
  })

  test.each(['"paid"', '"toString"', 'true', '{}', 'null'])(
    'of which the backend says %s, which is no answer, opens nothing',
    async (answer) => {
      const { decide, lightning } = await leaked()
      const state: InvoiceState = JSON.parse(answer)
      lightning.instead.lookUp = async () => state
      expect(refusalOf(await decide())).toMatchObject({ status: 503, code: 'lightning_down' })
      lightning.instead.lookUp = async () => 'settled'
      passOf(await decide())
    },
  )

  test('that cannot be looked up leaves the other ways open', async () => {
    const { gate, lightning } = paidGate()
    const policy = gate.policy({ require: anyOf(pow(1), sats(10)) })
    const refusal = refusalOf(await gate.decide(request(), policy))
    const { macaroon, invoice } = satsOfferOf(refusal)
    lightning.instead.lookUp = () => Promise.reject(new Error('connection refused'))
    const headers = {
      ...solved(powOfferOf(refusal)),
      authorization: `L402 ${macaroon}:${lightning.pay(invoice)}`,
    }
    expect(passOf(await gate.decide(request({ headers }), policy)).admission.way).toBe('pow')
    expect(lightning.lookedUp).toEqual([])
  })

  test('that will never come, since its invoice ended, gets a fresh offer', async () => {
    const { decide, lightning, offer } = await leaked()
    lightning.cancel(offer.invoice)
    const refusal = refusalOf(await decide())
    expect(refusal).toMatchObject({ status: 402, code: 'credential_expired' })
    expect(satsOfferOf(refusal).invoice).not.toBe(offer.invoice)
  })

  test('under way whose invoice this process does not know is never asked for twice', async () => {
    const { credential, lightning } = await leaked()
    const other = paidGate({ lightning })
    const policy = other.gate.policy({ name: 'search', require: sats(10) })
    const refusal = refusalOf(await other.gate.decide(paying(credential), policy))
    expect(refusal).toMatchObject({
      status: 402,
      code: 'credential_unsettled',
      headers: { 'retry-after': '1' },
    })
    expect(refusal.body.offers).toBeUndefined()
    expect(lightning.requests).toHaveLength(1)
  })

  test("with verify 'preimage' needs no look-up", async () => {
    const { decide, lightning, books } = await leaked(payments({ verify: 'preimage' }))
    passOf(await decide())
    expect(lightning.lookedUp).toEqual([])
    expect(books.map(({ movement }) => movement)).toEqual(['minted', 'settled', 'claimed'])
  })
})

describe('a store that is down (R16)', () => {
  test('means 503 for those who have paid: nothing is looked up, minted or lost', async () => {
    const memory = memoryStore({ now: () => 1_800_000_000_000 })
    let isDown = false
    const store: Store = {
      ...memory,
      admit: (ask) => (isDown ? Promise.reject(new Error('connection lost')) : memory.admit(ask)),
    }
    const { decide, lightning, offer } = await leaked({ store, payments: { allowFakeMoney: true } })
    lightning.pay(offer.invoice)
    isDown = true
    expect(refusalOf(await decide())).toMatchObject({ status: 503, code: 'store_down' })
    expect([lightning.lookedUp.length, lightning.requests.length]).toEqual([0, 1])
    isDown = false
    expect(passOf(await decide()).admission.usesLeft).toBe(2)
  })
})

describe('a store that was lost (R15)', () => {
  test.each([
    ['honour', 'pass'],
    ['refuse', 'credential_lost'],
  ] as const)("with onStoreLost '%s' what was bought before is %s", async (onStoreLost, code) => {
    const { credential, lightning, clock } = await leaked(payments({ onStoreLost }))
    clock.ms += 1000
    const fresh = paidGate({
      lightning,
      now: () => clock.ms,
      store: memoryStore({ now: () => clock.ms }),
      ...payments({ onStoreLost }),
    })
    lightning.instead.lookUp = async () => 'settled'
    const decision = await fresh.gate.decide(
      paying(credential),
      fresh.gate.policy({ name: 'search', require: sats(10) }),
    )
    expect(decision.outcome === 'refuse' ? decision.code : decision.outcome).toBe(code)
  })
})
