import { describe, expect, test } from '@jest/globals'
import { anyOf, type GateEvent, memoryStore, pow, sats, type Store } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'
import { paidGate, paying, satsOfferOf } from './payments.ts'
import { voucher, voucherRail } from './voucher-rail.ts'

const CANARIES = {
  secret: 'canary-secret-canary-secret-canary-secret',
  voucher: 'voucher-canary',
  apiKey: 'canary-api-key',
  address: '203.0.113.77',
}

describe('secrets', () => {
  test('are in no log, event, error, answer or store key, through a whole flow', async () => {
    const seen: unknown[] = []
    const memory = memoryStore()
    const store: Store = {
      ...memory,
      admit(ask) {
        seen.push(
          ask.common,
          ask.otherwise,
          ask.ways.map(({ windows }) => windows),
        )
        return memory.admit(ask)
      },
    }
    const { gate, lines } = testGate({
      secret: CANARIES.secret,
      store,
      now: Date.now,
      rails: [voucherRail],
      caller: (view) => {
        const id = view.header('x-api-key')
        return id === undefined ? undefined : { class: 'partner', id }
      },
    })
    for (const type of [
      'admitted',
      'refused',
      'observed',
      'issued',
      'decided',
      'ended',
      'payment',
      'overlap',
      'storeFailed',
      'warning',
    ] as const) {
      gate.on(type, (event: GateEvent) => seen.push(event))
    }
    gate.status()
    const policy = gate.policy({ free: '1/1m', require: anyOf(pow(1), voucher()) })
    const named = { 'x-api-key': CANARIES.apiKey }
    const paid = { ...named, authorization: `L402 ${CANARIES.voucher}` }
    const ip = CANARIES.address
    const ask = (headers: Readonly<Record<string, string>>) => gate.decide(request({ ip, headers }), policy)

    passOf(await ask({}))
    passOf(await ask(named))
    const refusal = refusalOf(await ask(named))
    const worked = passOf(await ask({ ...named, ...solved(powOfferOf(refusal)) }))
    const bought = passOf(await ask(paid))
    await worked.finish({ kind: 'completed', status: 500 })
    await bought.finish({ kind: 'completed', status: 200 })
    seen.push(refusal, refusalOf(await ask(paid)), refusalOf(await ask({ authorization: 'L402 nonsense' })))
    seen.push(worked.headers, bought.headers, await gate.issue(request({ ip })))
    seen.push(await Promise.resolve(gate.decide(request({ ip }), testGate().gate.policy({}))).catch(String))
    seen.push(gate.status())

    const text = JSON.stringify([seen, lines])
    expect(text.length).toBeGreaterThan(2000)
    for (const canary of Object.values(CANARIES)) expect(text).not.toContain(canary)
  })

  test('no preimage, macaroon, invoice or secret is in a log, event or audit line, through whatever befalls a payment', async () => {
    const paid = paidGate({ name: 'my-api', secret: CANARIES.secret })
    const { gate, lightning, clock, lines, audit } = paid
    const seen: unknown[] = []
    for (const type of EVENTS) gate.on(type, (event: GateEvent) => seen.push(event))
    const policy = gate.policy({ name: 'search', require: anyOf(pow(1), sats(10)) })
    const ask = async (credential?: string) =>
      await gate.decide(credential === undefined ? request() : paying(credential), policy)
    const offers = [satsOfferOf(await ask()), satsOfferOf(await ask()), satsOfferOf(await ask())]
    const preimages = offers.map(({ invoice }) => lightning.preimageOf(invoice))
    const credentials = offers.map(({ macaroon }, index) => `${macaroon}:${preimages[index]}`)
    const [first = '', second = '', third = ''] = credentials

    // Unsettled, settled, served, shown again, given back until it is exhausted, revoked, forged, expired.
    await ask(first)
    clock.ms += 1000
    for (const { invoice } of offers) lightning.pay(invoice)
    await passOf(await ask(first)).finish({ kind: 'completed', status: 200 })
    await ask(first)
    for (let call = 0; call < 4; call += 1) {
      await passOf(await ask(second)).finish({ kind: 'errored', error: new Error('x') })
    }
    await ask(second)
    await gate.revoke(lightning.invoices[2]?.paymentHash ?? '')
    await ask(third)
    await ask(third.replace(/.{6}:/, 'AAAAA=:'))
    await ask(`${first.split(':')[0]}:${preimages[1]}`)
    // A backend that says too much.
    const fault = new Error(
      `POST https://user:${CANARIES.apiKey}-${'k'.repeat(30)}@node/ ${credentials.join(' ')}`,
    )
    lightning.instead.createInvoice = () => Promise.reject(fault)
    lightning.instead.lookUp = () => Promise.reject(fault)
    await ask()
    clock.ms += 100 * 86_400_000
    await ask(first)

    const text = JSON.stringify([seen, lines, audit])
    expect(audit.length).toBeGreaterThan(10)
    expect(lines.join()).toContain('payments_down')
    const tokens = offers.flatMap(({ macaroon, invoice }) => [macaroon, invoice, macaroon.slice(0, 60)])
    for (const canary of [...preimages, ...tokens, ...credentials, CANARIES.secret, CANARIES.apiKey]) {
      expect(text).not.toContain(canary)
    }
    for (const { paymentHash } of lightning.invoices) expect(text).not.toContain(paymentHash)
  })
})

const EVENTS = ['admitted', 'refused', 'issued', 'decided', 'ended', 'payment', 'overlap', 'warning'] as const
