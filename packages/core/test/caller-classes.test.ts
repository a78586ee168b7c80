import { describe, expect, test } from '@jest/globals'
import { anyOf, type CallerName, type GateOptions, pow } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'
import { bearer, token, tokenSource } from './tokens.ts'

/** Callers are called `<class> <id>[ <subject>]` by a header. */
const byHeader: GateOptions = {
  caller(view): CallerName | undefined {
    const [kind, id, subject] = view.header('x-caller')?.split(' ') ?? []
    if (kind === undefined || id === undefined) return undefined
    return subject === undefined ? { class: kind, id } : { class: kind, id, subject }
  },
}
const from = (caller: string, ip?: string) =>
  request({ headers: { 'x-caller': caller }, ...(ip ? { ip } : {}) })

describe('classes of callers', () => {
  test.each<readonly [string, unknown, string]>([
    ['a misspelt part', { agent: { fre: '1/1m' } }, 'option_unknown'],
    ['a window that is none', { agent: { free: '1/minute' } }, 'option_invalid'],
    ['no options', { agent: '600/1h' }, 'option_invalid'],
    ['a list', [], 'option_invalid'],
    ['an empty requirement', { agent: { require: { anyOf: [] } } }, 'option_invalid'],
  ])('with %s do not start', (_what, classes, code) => {
    const { gate } = testGate()
    expect(() => gate.policy({ free: '1/1m', classes: classes as never })).toThrow(
      expect.objectContaining({ code }),
    )
  })

  test('have windows, difficulty and price of their own; everybody else has those of the policy', async () => {
    const { gate } = testGate(byHeader)
    const policy = gate.policy({
      free: '1/1m',
      require: pow(1),
      classes: { agent: { free: '2/1h', require: pow(2) }, partner: { free: '3/1m', require: false } },
    })
    const freeCalls = async (caller: string) => {
      for (let calls = 0; ; calls += 1) {
        const decision = await gate.decide(from(caller), policy)
        if (decision.outcome !== 'pass') return { calls, decision }
      }
    }
    const human = await freeCalls('human bob')
    expect(human.calls).toBe(1)
    expect(powOfferOf(human.decision).difficulty).toBe(1)
    const agent = await freeCalls('agent bot')
    expect(agent.calls).toBe(2)
    expect(powOfferOf(agent.decision).difficulty).toBe(2)
    const partner = await freeCalls('partner acme')
    expect(partner.calls).toBe(3)
    expect(refusalOf(partner.decision)).toMatchObject({ status: 429, code: 'limit_reached' })
  })

  test('overflow is sold, not refused, burst and sustained windows apart', async () => {
    const { gate, clock } = testGate(byHeader)
    const policy = gate.policy({ require: pow(1), classes: { agent: { free: ['2/1s', '3/1m'] } } })
    for (let call = 0; call < 2; call += 1) passOf(await gate.decide(from('agent bot'), policy))
    const headers = {
      'x-caller': 'agent bot',
      ...solved(powOfferOf(await gate.decide(from('agent bot'), policy))),
    }
    expect(passOf(await gate.decide(request({ headers }), policy)).admission.way).toBe('pow')
    clock.ms += 1000
    passOf(await gate.decide(from('agent bot'), policy))
    expect(refusalOf(await gate.decide(from('agent bot'), policy)).headers['retry-after']).toBe('59')
  })

  test("of the gate resize what a policy has, and add nothing; a policy's own go before them", async () => {
    const { gate } = testGate({
      ...byHeader,
      classes: { agent: { free: '2/1m', ceiling: '5/1m' }, anonymous: { free: false } },
    })
    const limits = async (policy: ReturnType<typeof gate.policy>, caller: string) => {
      const { admission } = passOf(await gate.decide(from(caller), policy))
      return [admission.remaining('free'), admission.remaining('ceiling')]
    }
    expect(await limits(gate.policy({ free: '9/1m' }), 'agent bot')).toEqual([1, undefined])
    expect(await limits(gate.policy({ ceiling: '9/1m' }), 'agent bot')).toEqual([undefined, 4])
    expect(await limits(gate.policy({ free: '9/1m', ceiling: '9/1m' }), 'human bob')).toEqual([8, 8])
    const own = gate.policy({ free: '9/1m', classes: { agent: { free: '4/1m', ceiling: '3/1m' } } })
    expect(await limits(own, 'agent bot')).toEqual([3, 2])
    const strict = gate.policy({ free: '9/1m', require: pow(1) })
    expect(refusalOf(await gate.decide(request(), strict)).code).toBe('proof_required')
  })

  test('of the gate set prices, and open nothing that demands an identity: that is for the policy to say', async () => {
    const source = tokenSource()
    const { gate } = testGate({ classes: { anonymous: { require: pow(1) }, agent: { require: false } } })
    const admin = { require: bearer(source, 'admin') }
    const decide = async (policy: ReturnType<typeof gate.policy>, parts = {}) =>
      await gate.decide(request(parts), policy)
    const closed = gate.policy(admin)
    expect(refusalOf(await decide(closed)).code).toBe('identity_required')
    expect(refusalOf(await decide(closed, token('acme'))).code).toBe('bearer_scope')
    const mixed = gate.policy({ require: anyOf(admin.require, pow(2)) })
    expect(powOfferOf(await decide(mixed)).difficulty).toBe(2)
    expect(powOfferOf(await decide(mixed, token('acme'))).difficulty).toBe(2)
    const priced = gate.policy({ require: pow(2) })
    expect(powOfferOf(await decide(priced)).difficulty).toBe(1)
    const own = gate.policy({ ...admin, classes: { anonymous: { require: pow(1) } } })
    expect(powOfferOf(await decide(own)).difficulty).toBe(1)
  })

  test.each(['__proto__', 'constructor', 'toString'])(
    'called like %s by a caller are classes like any other',
    async (name) => {
      const { gate } = testGate(byHeader)
      const policy = gate.policy({ free: '1/1m', require: pow(1), classes: { agent: { require: false } } })
      expect(passOf(await gate.decide(from(`${name} bob`), policy)).admission.caller.class).toBe(name)
      expect(refusalOf(await gate.decide(from(`${name} bob`), policy)).code).toBe('proof_required')
    },
  )

  test('that nobody has spoken of are served as the policy says, and warned about once', async () => {
    const { gate, lines } = testGate(byHeader)
    const policy = gate.policy({ free: '1/1m', classes: { vip: { free: '9/1m' } } })
    expect(passOf(await gate.decide(from('vpi bob'), policy)).admission.remaining('free')).toBe(0)
    passOf(await gate.decide(from('vpi eve'), policy))
    passOf(await gate.decide(from('human eve'), policy))
    passOf(await gate.decide(request(), policy))
    expect(lines).toEqual([expect.stringContaining('class_unknown')])
  })

  test('are known at the challenge endpoint, and named as the policy will name them (R19)', async () => {
    const source = tokenSource({ isAsync: true })
    const { gate } = testGate()
    const policy = gate.policy({
      name: 'search',
      require: anyOf(bearer(source, 'admin'), pow(1)),
      classes: { agent: { require: anyOf(bearer(source, 'admin'), pow(2)) } },
    })
    await gate.decide(request(), policy)
    const { body } = await gate.issue(request(token('acme')), 'search')
    expect(body).toMatchObject({ difficulty: 2 })
    const headers = { ...token('acme').headers, ...solved(body as never) }
    expect(passOf(await gate.decide(request({ headers }), policy)).admission.way).toBe('pow')
  })

  test('one of which demands something demand it alone on a request (R4)', async () => {
    const { gate } = testGate(byHeader)
    const outer = gate.policy({ free: '9/1m', classes: { agent: { require: pow(1) } } })
    const inner = gate.policy({ require: pow(1) })
    const view = from('agent bot')
    await gate.decide(view, outer)
    await expect(Promise.resolve(gate.decide(view, inner))).rejects.toMatchObject({
      code: 'two_requirements',
    })
  })
})

describe('the ceiling of a subject', () => {
  test('counts all callers of an account, whatever their class, beside the window of each', async () => {
    const { gate } = testGate(byHeader)
    const policy = gate.policy({ free: '2/1m', subjectCeiling: '3/1m' })
    for (const caller of ['human bob acme', 'agent one acme', 'agent two acme']) {
      passOf(await gate.decide(from(caller), policy))
    }
    const refusal = refusalOf(await gate.decide(from('agent three acme'), policy))
    expect(refusal).toMatchObject({ status: 429, code: 'subject_ceiling_reached' })
    expect(refusal.body['violated-policies']).toEqual(['subject-ceiling'])
    expect(
      passOf(await gate.decide(from('agent one zeta'), policy)).admission.remaining('subjectCeiling'),
    ).toBe(2)
  })

  test('of a class counts callers of that class alone', async () => {
    const { gate } = testGate(byHeader)
    const policy = gate.policy({ free: '9/1m', classes: { agent: { subjectCeiling: '2/1m' } } })
    passOf(await gate.decide(from('agent one acme'), policy))
    passOf(await gate.decide(from('agent two acme'), policy))
    expect(refusalOf(await gate.decide(from('agent three acme'), policy)).code).toBe(
      'subject_ceiling_reached',
    )
    passOf(await gate.decide(from('human bob acme'), policy))
  })

  test('that a class resizes is a ceiling of its own; one that it does not is shared', async () => {
    const { gate } = testGate(byHeader)
    const policy = gate.policy({
      free: '9/1m',
      subjectCeiling: '2/1m',
      classes: { agent: { subjectCeiling: '1/1m' }, partner: { free: '5/1m' } },
    })
    passOf(await gate.decide(from('agent one acme'), policy))
    expect(refusalOf(await gate.decide(from('agent two acme'), policy)).code).toBe('subject_ceiling_reached')
    passOf(await gate.decide(from('human bob acme'), policy))
    passOf(await gate.decide(from('partner pal acme'), policy))
    expect(refusalOf(await gate.decide(from('human eve acme'), policy)).code).toBe('subject_ceiling_reached')
  })

  test.each([
    ['192.0.2.1', '192.0.2.200', '192.0.3.1'],
    ['2001:db8:7:1::1', '2001:db8:7:2::1', '2001:db8:8:1::1'],
  ])('of callers without a name is that of their network: %s and %s, not %s', async (one, two, other) => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '9/1m', subjectCeiling: '1/1m' })
    passOf(await gate.decide(request({ ip: one }), policy))
    expect(refusalOf(await gate.decide(request({ ip: two }), policy)).code).toBe('subject_ceiling_reached')
    passOf(await gate.decide(request({ ip: other }), policy))
  })

  test('of an account called like a network is not that of the network', async () => {
    const { gate } = testGate(byHeader)
    const policy = gate.policy({ free: '9/1m', subjectCeiling: '1/1m' })
    passOf(await gate.decide(request(), policy))
    passOf(await gate.decide(from('agent one 192.0.2.0/24'), policy))
  })

  test("is reached by the account; the caller's own ceiling has a code of its own", async () => {
    const { gate } = testGate(byHeader)
    const policy = gate.policy({ ceiling: '1/1m', subjectCeiling: '1/1m' })
    passOf(await gate.decide(from('agent one acme'), policy))
    expect(refusalOf(await gate.decide(from('agent one acme'), policy)).code).toBe('ceiling_reached')
    expect(refusalOf(await gate.decide(from('agent two acme'), policy)).code).toBe('subject_ceiling_reached')
  })

  test('of a shared network, when full, does not keep token holders from renewing a token (R5, R32)', async () => {
    const source = tokenSource()
    const { gate } = testGate()
    const policy = gate.policy({ free: '9/1m', subjectCeiling: '1/1m', require: bearer(source) })
    passOf(await gate.decide(request({ ip: '192.0.2.99' }), policy))
    const outcome = async (parts = {}) => {
      const { status, code, headers } = refusalOf(await gate.decide(request(parts), policy))
      return [status, code, [headers['www-authenticate'] ?? []].flat().length]
    }
    expect(await outcome(token('bad'))).toEqual([401, 'bearer_expired', 1])
    expect(await outcome(token('down'))).toEqual([503, 'identity_unavailable', 0])
    expect(await outcome()).toEqual([429, 'subject_ceiling_reached', 1])
    passOf(await gate.decide(request(token('acme')), policy))
    expect(await outcome(token('acme'))).toEqual([429, 'subject_ceiling_reached', 0])
  })

  test('of a shared address shuts out no token holder (R5)', async () => {
    const source = tokenSource()
    const { gate } = testGate()
    const policy = gate.policy({
      require: anyOf(bearer(source), pow(1)),
      subjectCeiling: '1/1m',
      ceiling: '1/1m',
    })
    passOf(
      await gate.decide(
        request({ headers: solved(powOfferOf(await gate.decide(request(), policy))) }),
        policy,
      ),
    )
    expect(refusalOf(await gate.decide(request(), policy)).code).toBe('ceiling_reached')
    expect(passOf(await gate.decide(request(token('acme')), policy)).admission.way).toBe('bearer')
  })
})
