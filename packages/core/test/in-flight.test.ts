import { describe, expect, test } from '@jest/globals'
import { type InFlight, memoryStore, type PolicyOptions, pow, type Store } from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'

const OK = { kind: 'completed', status: 200 } as const

/** A gate on a store of the given kind, and one policy with two slots. */
function crowded(options: PolicyOptions = { inFlight: 2 }, store?: Store) {
  const made = testGate({
    ...(store === undefined ? {} : { store }),
    caller: (view) => {
      const id = view.header('x-caller')
      return id === undefined ? undefined : { class: view.header('x-class') ?? 'agent', id, subject: 'acme' }
    },
  })
  const policy = made.gate.policy(options)
  const decide = async (headers: Readonly<Record<string, string>> = { 'x-caller': 'a' }) =>
    await made.gate.decide(request({ headers }), policy)
  return { ...made, policy, decide }
}

describe('options of inFlight', () => {
  test.each<[unknown, string]>([
    [0, '0; take how many'],
    [1.5, '1.5; take'],
    [-1, '-1; take'],
    ['5', '5; take'],
    [null, 'null; take'],
    [{}, 'undefined; take'],
    [{ limit: 5, per: 'gate' }, 'gate; take'],
    [{ limit: 5, pre: 'caller' }, "'pre'"],
    [10_001, '1 to 10000'],
  ])('refuse %j', (inFlight, complaint) => {
    const { gate } = testGate()
    expect(() => gate.policy({ inFlight: inFlight as InFlight })).toThrow(complaint)
  })

  test.each<InFlight>([1, 10_000, { limit: 1, per: 'subject' }])('take %j', (inFlight) => {
    expect(() => testGate().gate.policy({ inFlight })).not.toThrow()
  })
})

describe('calls in flight', () => {
  test('are no more than their limit; the next one is refused with 429, a code of its own, and soon', async () => {
    const { decide } = crowded()
    const [first] = [passOf(await decide()), passOf(await decide())]
    const refusal = refusalOf(await decide())
    expect(refusal).toMatchObject({ status: 429, code: 'in_flight_limit' })
    expect(refusal.headers['retry-after']).toBe('1')
    await first?.finish(OK)
    passOf(await decide())
    refusalOf(await decide())
  })

  test('are not shown among the fields of rates', async () => {
    const { decide } = crowded({ inFlight: 1, ceiling: '60/1m' })
    const { headers } = passOf(await decide())
    expect(headers['ratelimit-policy']).toBe('"ceiling";q=60;w=60')
    const refusal = refusalOf(await decide())
    expect(refusal.headers['ratelimit-policy']).toBe('"ceiling";q=60;w=60')
    expect(refusal.body['violated-policies']).toBeUndefined()
  })

  test.each([
    ['completed', { kind: 'completed', status: 200 }],
    ['failed', { kind: 'completed', status: 500 }],
    ['threw', { kind: 'errored', error: new Error('failed') }],
    ['aborted', { kind: 'aborted' }],
    ['never began', { kind: 'notStarted' }],
  ] as const)('end however they end (%s), and their slot is free, once', async (_, ending) => {
    const { decide } = crowded({ inFlight: 1 })
    for (let call = 0; call < 5; call += 1) {
      const pass = passOf(await decide())
      await Promise.all([pass.finish(ending), pass.finish(ending)])
    }
    passOf(await decide())
    refusalOf(await decide())
  })

  test('of callers are counted apart; per subject they are not, whatever the class', async () => {
    const { decide } = crowded({ inFlight: 1 })
    const shared = crowded({ inFlight: { limit: 2, per: 'subject' } })
    for (const caller of ['a', 'b', 'c']) passOf(await decide({ 'x-caller': caller }))
    passOf(await shared.decide({ 'x-caller': 'a' }))
    passOf(await shared.decide({ 'x-caller': 'b', 'x-class': 'human' }))
    expect(refusalOf(await shared.decide({ 'x-caller': 'c' })).code).toBe('in_flight_limit')
  })

  test('of policies are counted apart; policies of one name share their slots (R6)', async () => {
    const { gate, decide } = crowded({ inFlight: 1, name: 'chat' })
    const headers = { 'x-caller': 'a' }
    passOf(await decide())
    refusalOf(await gate.decide(request({ headers }), gate.policy({ inFlight: 1, name: 'chat' })))
    passOf(await gate.decide(request({ headers }), gate.policy({ inFlight: 1 })))
  })

  test('follow the class of the caller', async () => {
    const { decide } = crowded({
      inFlight: 1,
      classes: { partner: { inFlight: 3 }, human: { inFlight: false } },
    })
    const passes = async (kind: string) => {
      const calls = Array.from({ length: 6 }, async () => await decide({ 'x-caller': 'a', 'x-class': kind }))
      return (await Promise.all(calls)).filter(({ outcome }) => outcome === 'pass').length
    }
    expect([await passes('agent'), await passes('partner'), await passes('human')]).toEqual([1, 3, 6])
  })

  test('hold back whoever works or pays, too; nobody is sold an offer that they would refuse (R5)', async () => {
    const { decide } = crowded({ inFlight: 1, free: '1/1h', require: pow(1) })
    const { finish } = passOf(await decide())
    expect(refusalOf(await decide())).toMatchObject({ status: 429, code: 'in_flight_limit' })
    await finish(OK)
    const headers = { 'x-caller': 'a', ...solved(powOfferOf(await decide())) }
    const working = passOf(await decide(headers))
    expect([working.admission.way, working.admission.usesLeft]).toEqual(['pow', 0])
    expect(refusalOf(await decide(headers)).code).toBe('in_flight_limit')
    await working.finish(OK)
    expect(refusalOf(await decide(headers)).code).toBe('credential_spent')
  })

  test('take no slot when something else refuses, an inner policy included (R4)', async () => {
    const { gate, decide, policy } = crowded({ inFlight: 1 })
    const inner = gate.policy({ free: '1/1h' })
    const call = async () => {
      const view = request({ headers: { 'x-caller': 'a' } })
      const outer = passOf(await gate.decide(view, policy))
      return [outer, await gate.decide(view, inner)] as const
    }
    const [outer, passed] = await call()
    await Promise.all([outer.finish(OK), passOf(passed).finish(OK)])
    const [, refused] = await call()
    refusalOf(refused)
    passOf(await decide())
  })

  test('while it only observes are counted, and let through', async () => {
    const { decide, gate } = crowded({ inFlight: 1, mode: 'observe' })
    const observed: string[] = []
    gate.on('observed', ({ code }) => observed.push(code))
    const first = passOf(await decide())
    const second = passOf(await decide())
    expect([first.admission.way, second.admission.way, observed]).toEqual([
      'free',
      'observed',
      ['in_flight_limit'],
    ])
    await Promise.all([first.finish(OK), second.finish(OK)])
    expect(passOf(await decide()).admission.way).toBe('free')
  })

  test('of two processes, fifty at once: never more than five run, and none is left over at the end', async () => {
    const store = memoryStore()
    const options = { inFlight: 5, name: 'chat' }
    const gates = [crowded(options, store), crowded(options, store)]
    const seen = { running: 0, most: 0, served: 0 }
    const agent = async (index: number): Promise<void> => {
      for (;;) {
        const decision = await gates[index % 2]!.decide()
        if (decision.outcome === 'pass') {
          seen.running += 1
          seen.most = Math.max(seen.most, seen.running)
          await pause(index % 3)
          seen.running -= 1
          seen.served += 1
          return await decision.finish(OK)
        }
        await pause(1)
      }
    }
    await Promise.all(Array.from({ length: 50 }, async (_, index) => await agent(index)))
    expect(seen).toEqual({ running: 0, most: 5, served: 50 })
    for (let call = 0; call < 5; call += 1) passOf(await gates[0]!.decide())
    refusalOf(await gates[1]!.decide())
  })

  test('whose process is gone free their slot with the lease', async () => {
    const clock = { ms: 1_800_000_000_000 }
    const store = memoryStore({ now: () => clock.ms })
    const options = { inFlight: 1, name: 'chat' }
    passOf(await crowded(options, store).decide())
    const other = crowded(options, store)
    clock.ms += 29_999
    refusalOf(await other.decide())
    clock.ms += 1
    passOf(await other.decide())
  })

  test('that wait for their client keep their slot, and free it when they have gone on to their end (R34)', async () => {
    const { gate, decide, policy } = crowded({ inFlight: 1 })
    const pass = passOf(await decide())
    const seal = await pass.hold('state')
    await pass.finish(OK)
    refusalOf(await decide())
    const view = request({ headers: { 'x-caller': 'a' } })
    const resumed = await gate.resume(view, policy, seal ?? '')
    if (resumed.outcome !== 'resumed') throw new Error(resumed.outcome)
    refusalOf(await decide())
    await resumed.pass.finish(OK)
    passOf(await decide())
  })

  test('that wait and are given back free their slot at once', async () => {
    const { decide } = crowded({ inFlight: 1 })
    const pass = passOf(await decide())
    await pass.hold()
    await pass.admission.giveBack()
    passOf(await decide())
  })
})

describe('calls in flight while the store is down (R16)', () => {
  function cut(options: PolicyOptions, instances: number) {
    const real = memoryStore()
    const state = { isCut: true }
    const store: Store = {
      ...real,
      admit: (ask) => (state.isCut ? Promise.reject(new Error('connection refused')) : real.admit(ask)),
      giveBack: async (claim) => {
        if (state.isCut) throw new Error('connection refused')
        return await real.giveBack(claim)
      },
    }
    const { gate } = testGate({ store, instances })
    const policy = gate.policy(options)
    return { gate, state, decide: async () => await gate.decide(request(), policy) }
  }

  test('are held by each process at its share', async () => {
    const { decide } = cut({ inFlight: 5 }, 2)
    const first = passOf(await decide())
    passOf(await decide())
    expect(refusalOf(await decide()).code).toBe('in_flight_limit')
    await first.finish(OK)
    passOf(await decide())
  })

  test('and wait for their client when it is back leave no slot behind in this process (R34)', async () => {
    const { decide, state } = cut({ inFlight: 1 }, 1)
    const pass = passOf(await decide())
    state.isCut = false
    expect(await pass.hold()).toBeDefined()
    await pass.finish(OK)
    state.isCut = true
    passOf(await decide())
  })

  test('and end then: the store is asked again until it frees their slot', async () => {
    const { decide, state } = cut({ inFlight: 1 }, 1)
    state.isCut = false
    const pass = passOf(await decide())
    state.isCut = true
    const finished = pass.finish(OK)
    await pause(5)
    state.isCut = false
    refusalOf(await decide())
    await finished
    passOf(await decide())
  })
})

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
