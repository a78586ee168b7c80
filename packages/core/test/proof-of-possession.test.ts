import { describe, expect, test } from '@jest/globals'
import { anyOf, type Gate, memoryStore, type Policy, pow, type Store } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, type RequestParts, solved, testGate } from './requests.ts'
import { bearer, token, tokenSource } from './tokens.ts'

const source = tokenSource({ isAsync: true })

async function decide(gate: Gate, policy: Policy, parts: RequestParts) {
  return await gate.decide(request(parts), policy)
}

describe('a proof of possession (RFC 9449)', () => {
  test('admits one request; shown again it makes a bad token', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: bearer(source) })
    expect(passOf(await decide(gate, policy, token('acme', 'p1'))).admission).toMatchObject({
      way: 'bearer',
      usesLeft: undefined,
    })
    const refusal = refusalOf(await decide(gate, policy, token('acme', 'p1')))
    expect(refusal).toMatchObject({ status: 401, code: 'bearer_replayed' })
    expect(refusal.headers['www-authenticate']).toEqual([
      expect.stringContaining('error="invalid_dpop_proof"'),
    ])
    passOf(await decide(gate, policy, token('acme', 'p2')))
  })

  test('shown again gives nobody the windows of its caller: it is counted by address', async () => {
    const { gate } = testGate({ identities: [source] })
    const policy = gate.policy({ free: '5/1m' })
    passOf(await decide(gate, policy, token('acme', 'p1')))
    const replayed = passOf(await decide(gate, policy, token('acme', 'p1')))
    expect(replayed.admission).toMatchObject({ way: 'free', caller: { class: 'anonymous', byAddress: true } })
    expect(passOf(await decide(gate, policy, token('acme', 'p2'))).admission.remaining('free')).toBe(3)
  })

  test('is used up by one of many who show it at once', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: bearer(source) })
    const decisions = await Promise.all(
      Array.from({ length: 20 }, async () => await decide(gate, policy, token('acme', 'p1'))),
    )
    expect(decisions.filter(({ outcome }) => outcome === 'pass')).toHaveLength(1)
  })

  test('is used up once for all policies on a request, whichever asks first (R4)', async () => {
    const { gate } = testGate({ identities: [source] })
    const [ceiling, route] = [gate.policy({ ceiling: '9/1m' }), gate.policy({ require: bearer(source) })]
    const view = request(token('acme', 'p1'))
    passOf(await gate.decide(view, ceiling))
    passOf(await gate.decide(view, route))
    expect(refusalOf(await decide(gate, route, token('acme', 'p1'))).code).toBe('bearer_replayed')
  })

  test('is used up once for all calls that one request carries, and for no other', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: bearer(source) })
    const call = (carrier: object) => ({ ...request(token('acme', 'p1')), carrier })
    const [one, other] = [{}, {}]
    const batch = await Promise.all([gate.decide(call(one), policy), gate.decide(call(one), policy)])
    for (const decision of batch) passOf(decision)
    expect(refusalOf(await gate.decide(call(other), policy)).code).toBe('bearer_replayed')
  })

  test('is not given back, whatever comes of the call', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: bearer(source) })
    await passOf(await decide(gate, policy, token('acme', 'p1'))).finish({ kind: 'notStarted' })
    expect(refusalOf(await decide(gate, policy, token('acme', 'p1'))).code).toBe('bearer_replayed')
  })

  test('is not used up by a refusal, and is used up by another way', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: anyOf(bearer(source, 'admin'), pow(1)) })
    const shown = async (proof: string) => {
      const { headers } = token('acme', proof)
      const offer = powOfferOf(await decide(gate, policy, { headers }))
      return await decide(gate, policy, { headers: { ...headers, ...solved(offer) } })
    }
    expect(passOf(await shown('p1')).admission).toMatchObject({ way: 'pow', usesLeft: 0 })
    expect(refusalOf(await shown('p1')).code).toBe('bearer_replayed')
    passOf(await shown('p2'))
  })

  test('is looked for where its owner lives, however the operator names the caller', async () => {
    let name = 0
    const caller = () => ({ class: 'agent', id: `other ${(name += 1)}` })
    const { gate } = testGate({ caller })
    const policy = gate.policy({ require: bearer(source) })
    passOf(await decide(gate, policy, token('acme', 'p1')))
    for (let again = 0; again < 20; again += 1) {
      expect(refusalOf(await decide(gate, policy, token('acme', 'p1'))).code).toBe('bearer_replayed')
    }
  })

  test('is used up by a call that goes on, and resumes nothing when shown again (R34)', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: bearer(source) })
    const held = async (proof: string) =>
      (await passOf(await decide(gate, policy, token('acme', proof))).hold()) ?? ''
    const resume = async (seal: string, proof: string) =>
      (await gate.resume(request(token('acme', proof)), policy, seal)).outcome
    const seal = await held('p1')
    expect(await resume(seal, 'p1')).toBe('foreign')
    expect(await resume(seal, 'p2')).toBe('resumed')
    expect(refusalOf(await decide(gate, policy, token('acme', 'p2'))).code).toBe('bearer_replayed')
  })

  test('goes on with the call that it was shown with, where a seal is spent', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: bearer(source) })
    const seal = (await passOf(await decide(gate, policy, token('acme', 'p1'))).hold()) ?? ''
    await gate.resume(request(token('acme', 'p2')), policy, seal)
    const view = request(token('acme', 'p3'))
    expect((await gate.resume(view, policy, seal)).outcome).toBe('spent')
    passOf(await gate.decide(view, policy))
  })

  test('that the store takes for expired is bad, too: the clock of the store decides (R13)', async () => {
    const clock = { ms: 1_800_000_300_000 }
    const { gate } = testGate({ store: memoryStore({ now: () => clock.ms }) })
    const policy = gate.policy({ require: bearer(source) })
    expect(refusalOf(await decide(gate, policy, token('acme', 'p1'))).code).toBe('bearer_replayed')
  })

  test('is judged by the process alone while the store is down; token holders pass (R16)', async () => {
    const down: Store = { ...memoryStore(), admit: () => Promise.reject(new Error('down')) }
    const { gate } = testGate({ store: down })
    const policy = gate.policy({ require: anyOf(bearer(source), pow(1)) })
    expect(passOf(await decide(gate, policy, token('acme'))).admission.way).toBe('bearer')
    expect(passOf(await decide(gate, policy, token('acme', 'p1'))).admission.way).toBe('bearer')
    expect((await decide(gate, policy, token('acme', 'p1'))).outcome).toBe('refuse')
    expect(refusalOf(await decide(gate, policy, {}))).toMatchObject({ status: 503, code: 'store_down' })
  })

  test('goes to the store as a hash', async () => {
    const store = memoryStore()
    const asked: string[] = []
    const spy: Store = {
      ...store,
      admit(wanted) {
        asked.push(JSON.stringify(wanted))
        return store.admit(wanted)
      },
    }
    const { gate } = testGate({ store: spy })
    await decide(gate, gate.policy({ require: bearer(source) }), token('acme', 'secret-proof'))
    expect(asked.join()).toContain('"proof":true')
    expect(asked.join()).not.toMatch(/acme|secret-proof/)
  })
})
