import { describe, expect, test } from '@jest/globals'
import { anyOf, ceilingPolicy, memoryStore, pow, protectPolicy, type Store } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'
import { voucher, voucherRail } from './voucher-rail.ts'

describe('several policies on one request (R4)', () => {
  test('the same policy twice is one decision', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '1/1m' })
    const view = request()
    const first = await gate.decide(view, policy)
    expect(await gate.decide(view, policy)).toBe(first)
    expect(refusalOf(await gate.decide(request(), policy)).code).toBe('limit_reached')
  })

  test('a ceiling and a requirement each decide their part, and one answer shows both', async () => {
    const { gate } = testGate()
    const ceiling = gate.policy(ceilingPolicy('10/1m'))
    const route = gate.policy(protectPolicy({ free: '1/1m' }))
    const view = request()
    passOf(await gate.decide(view, ceiling))
    const pass = passOf(await gate.decide(view, route))
    expect(pass.headers['ratelimit']).toBe('"ceiling";r=9;t=60, "free";r=0;t=60')
  })

  test('what an inner refusal leaves taken outside is given back', async () => {
    const { gate } = testGate()
    const ceiling = gate.policy(ceilingPolicy('1/1m'))
    const route = gate.policy({ require: pow(1) })
    const refused = request()
    passOf(await gate.decide(refused, ceiling))
    const offer = powOfferOf(await gate.decide(refused, route))
    const solvedView = request({ headers: solved(offer) })
    passOf(await gate.decide(solvedView, ceiling))
    passOf(await gate.decide(solvedView, route))
    expect(refusalOf(await gate.decide(request(), ceiling)).code).toBe('ceiling_reached')
  })

  test('a limit inside a requirement leaves it to the requirement to say how the call got in (R25)', async () => {
    const { gate } = testGate()
    const route = gate.policy({ require: pow(1) })
    const inner = gate.policy(ceilingPolicy('10/1m'))
    const view = request({ headers: solved(powOfferOf(await gate.decide(request(), route))) })
    passOf(await gate.decide(view, route))
    const pass = passOf(await gate.decide(view, inner))
    expect(pass.headers['turnpike-admission']).toBe('pow;uses=0')
    expect(pass.proven).toBe(true)
    expect(pass.admission.way).toBe('pow')
    expect(pass.admission.remaining('ceiling')).toBe(9)
    expect(pass.admission.remaining('quota')).toBe(59)
  })

  test('one that observes spends nothing: what was worked for or bought is for the one that demands it', async () => {
    const { gate } = testGate({ rails: [voucherRail] })
    const trial = gate.policy({ mode: 'observe', require: anyOf(pow(1), voucher()) })
    const route = gate.policy({ require: anyOf(pow(1), voucher()) })
    const offer = powOfferOf(await gate.decide(request(), route))
    for (const headers of [solved(offer), { authorization: 'L402 voucher-1' }]) {
      const view = request({ headers })
      expect(passOf(await gate.decide(view, trial)).admission.usesLeft).toBeUndefined()
      expect(passOf(await gate.decide(view, route)).admission.usesLeft).toBe(0)
    }
  })

  test('the refusal of an inner one does not wait for a store that will not take back (R16)', async () => {
    const memory = memoryStore()
    const stuck: Store = { ...memory, giveBack: () => new Promise(() => undefined) }
    const { gate } = testGate({ rails: [voucherRail], store: stuck, now: Date.now })
    const route = gate.policy({ require: voucher() })
    const view = request({ headers: { authorization: 'L402 voucher-1' } })
    const full = gate.policy(ceilingPolicy('1/1m'))
    passOf(await gate.decide(request(), full))
    passOf(await gate.decide(view, route))
    expect(refusalOf(await gate.decide(view, full)).code).toBe('ceiling_reached')
  })

  test('windows of one name stay apart in the answer', async () => {
    const { gate } = testGate()
    const view = request()
    passOf(await gate.decide(view, gate.policy(ceilingPolicy('10/1m'))))
    const pass = passOf(await gate.decide(view, gate.policy(ceilingPolicy('20/1m'))))
    expect(pass.headers).toMatchObject({
      'ratelimit-policy': '"ceiling";q=10;w=60, "ceiling-2";q=20;w=60',
      ratelimit: '"ceiling";r=9;t=60, "ceiling-2";r=19;t=60',
    })
  })

  test('two requirements on one request are a named error', async () => {
    const { gate } = testGate()
    const outer = gate.policy({ name: 'outer', require: pow(1) })
    const inner = gate.policy({ name: 'inner', require: pow(1) })
    const view = request({ headers: solved(powOfferOf(await gate.decide(request(), outer))) })
    passOf(await gate.decide(view, outer))
    await expect(gate.decide(view, inner)).rejects.toMatchObject({
      code: 'two_requirements',
      message: expect.stringContaining("'outer' and 'inner'"),
    })
  })

  test('an inner refusal costs no give-back: the credential is good as soon as there is room (R31)', async () => {
    const { gate, clock } = testGate({ rails: [voucherRail] })
    const outer = gate.policy({ require: voucher() })
    const inner = gate.policy(ceilingPolicy('1/1m'))
    passOf(await gate.decide(request(), inner))
    const paid = { authorization: 'L402 voucher-1' }
    for (let call = 0; call < 8; call++) {
      const view = request({ headers: paid })
      passOf(await gate.decide(view, outer))
      expect(refusalOf(await gate.decide(view, inner)).code).toBe('ceiling_reached')
    }
    clock.ms += 60_000
    const view = request({ headers: paid })
    passOf(await gate.decide(view, outer))
    passOf(await gate.decide(view, inner))
  })

  test('a client that leaves while an inner policy decides gets everything back (R31)', async () => {
    const memory = memoryStore()
    let late = false
    const store: Store = {
      ...memory,
      admit: (ask) =>
        late ? new Promise((resolve) => setTimeout(() => resolve(memory.admit(ask)), 20)) : memory.admit(ask),
    }
    const { gate } = testGate({ store, now: Date.now })
    const [outer, inner] = [gate.policy({ require: pow(1) }), gate.policy(ceilingPolicy('9/1m'))]
    const headers = solved(powOfferOf(await gate.decide(request(), outer)))
    const view = request({ headers })
    const pass = passOf(await gate.decide(view, outer))
    late = true
    const deciding = gate.decide(view, inner)
    await pass.finish({ kind: 'aborted' })
    passOf(await deciding)
    late = false
    expect(passOf(await gate.decide(request({ headers }), outer)).admission.way).toBe('pow')
  })

  test('a requirement that is skipped or only observed does not count as a second one', async () => {
    const { gate } = testGate()
    const skipped = gate.policy({ require: pow(3), skip: () => true })
    const demanded = gate.policy({ require: pow(1) })
    const view = request()
    expect(await gate.decide(view, skipped)).toEqual({ outcome: 'skip' })
    expect(refusalOf(await gate.decide(view, demanded)).code).toBe('proof_required')
  })

  test('a policy that observes may stand beside one that enforces', async () => {
    const { gate } = testGate()
    const enforced = gate.policy({ free: '5/1m', require: pow(1) })
    const observed = gate.policy({ mode: 'observe', require: pow(4) })
    const view = request()
    passOf(await gate.decide(view, enforced))
    expect(passOf(await gate.decide(view, observed)).admission.way).toBe('free')
  })

  test('what an inner policy refused counts as not started for the outer one', async () => {
    const { gate } = testGate()
    const endings: string[] = []
    gate.on('ended', ({ ending }) => endings.push(ending))
    const view = request()
    const outer = passOf(await gate.decide(view, gate.policy(ceilingPolicy('5/1m'))))
    refusalOf(await gate.decide(view, gate.policy({ require: pow(4) })))
    await outer.finish({ kind: 'completed', status: 402 })
    expect(endings).toEqual(['notStarted'])
  })

  test('two gates on one request are a warning, once', async () => {
    const first = testGate()
    const second = testGate({ name: 'second' })
    const [a, b] = [first.gate.policy({ free: '9/1m' }), second.gate.policy({ free: '9/1m' })]
    for (let call = 0; call < 2; call++) {
      const view = request()
      await first.gate.decide(view, a)
      await second.gate.decide(view, b)
    }
    expect(first.lines).toEqual([])
    expect(second.lines).toEqual([expect.stringContaining('two_gates')])
  })

  test("another gate's policy is a named error", async () => {
    const policy = testGate().gate.policy({})
    await expect(testGate().gate.decide(request(), policy)).rejects.toMatchObject({ code: 'policy_foreign' })
  })

  test('one requirement written twice for one rail is a named error', () => {
    expect(() => anyOf(pow(4), pow(5))).toThrow(expect.objectContaining({ code: 'requirement_invalid' }))
    expect(() => anyOf(pow(4))).toThrow(expect.objectContaining({ code: 'requirement_invalid' }))
    expect(anyOf(pow(4), voucher()).anyOf).toHaveLength(2)
  })
})

describe('windows are named by policy, role and length (R6)', () => {
  test('alternating routes of one policy never refill it', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '4/1m' })
    for (let call = 0; call < 4; call++) {
      passOf(await gate.decide(request({ path: call % 2 === 0 ? '/a' : '/b' }), policy))
    }
    for (const path of ['/a', '/b', '/A', '/a/', '/items/7']) {
      expect(refusalOf(await gate.decide(request({ path }), policy)).code).toBe('limit_reached')
    }
  })

  test('two policies alternating, one of them with another window, never refill each other', async () => {
    const { gate, clock } = testGate()
    const [one, two] = [gate.policy({ free: '2/1m' }), gate.policy({ free: ['2/30s', '9/1h'] })]
    let admitted = 0
    for (let call = 0; call < 40; call++) {
      clock.ms += 500
      for (const policy of [one, two]) {
        const decision = await gate.decide(request(), policy)
        if (decision.outcome === 'pass' && policy === one) admitted++
      }
    }
    expect(admitted).toBe(2)
  })

  test('free and ceiling of one length stay apart', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '2/1m', ceiling: '3/1m', require: pow(1) })
    passOf(await gate.decide(request(), policy))
    passOf(await gate.decide(request(), policy))
    const offer = powOfferOf(await gate.decide(request(), policy))
    const worked = passOf(await gate.decide(request({ headers: solved(offer) }), policy))
    expect(worked.admission.remaining('ceiling')).toBe(0)
    expect(refusalOf(await gate.decide(request(), policy)).code).toBe('ceiling_reached')
  })

  test('unnamed policies are apart, policies of one name are one', async () => {
    const { gate } = testGate()
    const [a, b] = [gate.policy({ free: '1/1m' }), gate.policy({ free: '1/1m' })]
    const [c, d] = [gate.policy({ name: 'n', free: '1/1m' }), gate.policy({ name: 'n', free: '1/1m' })]
    passOf(await gate.decide(request(), a))
    passOf(await gate.decide(request(), b))
    passOf(await gate.decide(request(), c))
    expect(refusalOf(await gate.decide(request(), d)).code).toBe('limit_reached')
  })

  test("with a framework's own routes, unnamed policies follow the route, not the path", async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '1/1m' }, 'route')
    const item = (id: number) => request({ path: `/items/${id}`, route: '/items/:id' })
    passOf(await gate.decide(item(1), policy))
    expect(refusalOf(await gate.decide(item(2), policy)).code).toBe('limit_reached')
    passOf(await gate.decide(request({ path: '/other', route: '/other' }), policy))
  })

  test('a name cannot be made to look like the place of another policy', async () => {
    const { gate } = testGate()
    const unnamed = gate.policy({ free: '1/1m' })
    const named = gate.policy({ name: unnamed.name, free: '1/1m' })
    passOf(await gate.decide(request(), unnamed))
    passOf(await gate.decide(request(), named))
  })
})
