import { describe, expect, test } from '@jest/globals'
import { anyOf, type GateEvent, memoryStore, pow, type Store } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'
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
      'ended',
      'overlap',
      'warning',
    ] as const) {
      gate.on(type, (event: GateEvent) => seen.push(event))
    }
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

    const text = JSON.stringify([seen, lines])
    expect(text.length).toBeGreaterThan(2000)
    for (const canary of Object.values(CANARIES)) expect(text).not.toContain(canary)
  })
})
