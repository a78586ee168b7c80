import { describe, expect, test } from '@jest/globals'
import { type GateEvent, memoryStore, pow, sats, type Store } from '@turnpike/core'
import { bought, paidGate, paying, satsOfferOf } from './payments.ts'
import { passOf, powOfferOf, refusalOf, request, solved, testGate } from './requests.ts'

const SERVED = { kind: 'completed', status: 200 } as const

describe('gate.status()', () => {
  test('of a gate that did nothing is empty, and says since when it counts', () => {
    const { gate, clock } = testGate({ name: 'my-api' })
    const since = new Date(clock.ms).toISOString()
    gate.status()
    clock.ms += 5000
    expect(gate.status()).toEqual({
      version: 1,
      gate: 'my-api',
      since,
      at: new Date(clock.ms).toISOString(),
      policies: [],
      faults: 0,
      store: { failures: 0, failuresLastMinute: 0 },
      warnings: [],
    })
  })

  test('counts by policy, way and code, and what is in flight', async () => {
    const { gate } = testGate()
    gate.status()
    const search = gate.policy({ name: 'search', free: '1/1m', require: pow(1) })
    const free = passOf(await gate.decide(request(), search))
    const offer = powOfferOf(await gate.decide(request(), search))
    const worked = passOf(await gate.decide(request({ headers: solved(offer) }), search))
    expect(gate.status().policies).toMatchObject([{ policy: 'search', inFlight: 2, endings: {} }])
    await free.finish(SERVED)
    await worked.finish({ kind: 'errored', error: new Error('x') })
    expect(gate.status().policies).toEqual([
      {
        policy: 'search',
        admitted: { free: 1, pow: 1 },
        refused: { proof_required: 1 },
        observed: {},
        resumed: 0,
        issued: 1,
        inFlight: 0,
        endings: { completed: 1, errored: 1 },
        claims: { kept: 1 },
        meters: {},
        payments: {},
        sats: { received: 0, earned: 0 },
        lastMinute: { admitted: 2, refused: 1, observed: 0 },
      },
    ])
  })

  test('says what a policy that observes would have refused, by policy and code', async () => {
    const { gate } = testGate()
    gate.status()
    const soon = gate.policy({ name: 'soon', mode: 'observe', free: '1/1m', require: pow(4) })
    const later = gate.policy({ name: 'later', mode: 'observe', ceiling: '1/1m' })
    for (let call = 0; call < 3; call += 1) await gate.decide(request(), soon)
    for (let call = 0; call < 2; call += 1) await gate.decide(request(), later)
    expect(gate.status().policies).toMatchObject([
      { policy: 'later', admitted: { free: 1, observed: 1 }, observed: { ceiling_reached: 1 }, refused: {} },
      { policy: 'soon', admitted: { free: 1, observed: 2 }, observed: { proof_required: 2 }, refused: {} },
    ])
  })

  test('adds up the money: what arrived, and the share of it that was served', async () => {
    const paid = paidGate({ name: 'my-api' })
    const { gate } = paid
    gate.status()
    const policy = gate.policy({ name: 'search', require: sats(10, { uses: 4 }) })
    const credential = bought(paid, satsOfferOf(await gate.decide(request(), policy)))
    for (const ending of [SERVED, SERVED, { kind: 'completed', status: 500 } as const])
      await passOf(await gate.decide(paying(credential), policy)).finish(ending)
    expect(gate.status().policies).toMatchObject([
      {
        payments: { minted: 1, settled: 1, claimed: 3, kept: 2, givenBack: 1 },
        claims: { kept: 2, givenBack: 1 },
        sats: { received: 10, earned: 5 },
      },
    ])
  })

  test('R33 adds up what calls came to of a meter: what they reported, else the estimate', async () => {
    const { gate } = testGate()
    gate.status()
    const policy = gate.policy({ name: 'ask', meters: { tokens: { limit: '1000/1h', estimate: 10 } } })
    const [quiet, loud, held] = [
      passOf(await gate.decide(request(), policy)),
      passOf(await gate.decide(request(), policy)),
      passOf(await gate.decide(request(), policy)),
    ]
    loud.admission.meter('tokens', 25)
    await quiet.finish(SERVED)
    await loud.finish(SERVED)
    await held.finish({ kind: 'notStarted' })
    expect(gate.status().policies).toMatchObject([{ policy: 'ask', meters: { tokens: 35 } }])
  })

  test('forgets what is older than a minute in its last minute, and nothing else', async () => {
    const { gate, clock } = testGate()
    gate.status()
    const policy = gate.policy({ name: 'p', free: '2/1m' })
    const call = async () => await gate.decide(request(), policy)
    const lastMinute = () => gate.status().policies[0]?.lastMinute
    await call()
    clock.ms += 30_000
    await call()
    expect(lastMinute()).toMatchObject({ admitted: 2 })
    clock.ms += 29_999
    refusalOf(await call())
    expect(lastMinute()).toEqual({ admitted: 2, refused: 1, observed: 0 })
    clock.ms += 1001
    expect(lastMinute()).toEqual({ admitted: 1, refused: 1, observed: 0 })
    clock.ms += 60_000
    expect(lastMinute()).toEqual({ admitted: 0, refused: 0, observed: 0 })
    expect(gate.status().policies[0]).toMatchObject({ admitted: { free: 2 }, refused: { limit_reached: 1 } })
    await call()
    clock.ms -= 3_600_000
    expect(lastMinute()).toMatchObject({ admitted: 0 })
  })

  test('stays small, whatever policies are called', async () => {
    const { gate } = testGate()
    gate.status()
    for (let index = 0; index < 300; index += 1)
      passOf(await gate.decide(request(), gate.policy({ name: `policy of ${index}` })))
    const { policies } = gate.status()
    expect(policies).toHaveLength(201)
    expect(policies.find(({ policy }) => policy === 'other')?.admitted).toEqual({ free: 100 })
  })

  test('R16 says how often the store failed, and when last', async () => {
    const memory = memoryStore()
    const broken: Store = { ...memory, admit: () => Promise.reject(new Error('no store')) }
    const { gate, clock } = testGate({ store: broken })
    gate.status()
    const policy = gate.policy({ require: pow(1) })
    for (let call = 0; call < 3; call += 1) await gate.decide(request(), policy)
    expect(gate.status()).toMatchObject({
      store: { failures: 3, failuresLastMinute: 3, lastFailureAt: new Date(clock.ms).toISOString() },
      policies: [{ refused: { store_down: 3 } }],
      warnings: [{ code: 'store_failed', times: 1 }],
    })
  })

  test('counts a resumption that the store would not answer as its failure', async () => {
    const forgetful: Store = { ...memoryStore(), resume: () => Promise.reject(new Error('no store')) }
    const { gate } = testGate({ store: forgetful })
    gate.status()
    const policy = gate.policy({ name: 'p' })
    const seal = (await passOf(await gate.decide(request(), policy)).hold()) ?? ''
    await gate.resume(request(), policy, seal)
    expect(gate.status().store.failures).toBe(1)
  })

  test('knows warnings from before it was asked', () => {
    const { gate } = testGate()
    gate.warn('two_gates', 'two of them')
    expect(gate.status().warnings).toMatchObject([{ code: 'two_gates', times: 1 }])
  })

  test('has times of decisions, and counts those that failed', async () => {
    const { gate } = testGate()
    gate.status()
    const policy = gate.policy({ free: '9/1m' })
    for (let call = 0; call < 4; call += 1) await gate.decide(request(), policy)
    const faulty = gate.policy({ skip: () => Promise.reject(new Error('x')) })
    await expect(gate.decide(request(), faulty)).rejects.toThrow('x')
    const { decisionTimes, faults } = gate.status()
    expect([decisionTimes?.of, faults]).toEqual([5, 1])
    const { p50Ms = -1, p95Ms = -1, p99Ms = -1 } = decisionTimes ?? {}
    expect(p50Ms).toBeGreaterThan(0)
    expect(p95Ms).toBeGreaterThanOrEqual(p50Ms)
    expect(p99Ms).toBeGreaterThanOrEqual(p95Ms)
  })

  test('never has fewer than no calls in flight, though some began before it was asked', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'p' })
    const early = passOf(await gate.decide(request(), policy))
    gate.status()
    await early.finish(SERVED)
    expect(gate.status().policies).toMatchObject([{ inFlight: 0, endings: { completed: 1 } }])
  })
})

describe('decided', () => {
  test('tells outcome, way or code, and the time', async () => {
    const { gate } = testGate()
    const events: GateEvent[] = []
    gate.on('decided', (event) => events.push(event))
    const policy = gate.policy({ name: 'p', free: '1/1m', require: pow(4) })
    const exempt = gate.policy({ name: 'exempt', skip: () => true })
    const broken = gate.policy({
      name: 'broken',
      skip: () => {
        throw new Error('x')
      },
    })
    await gate.decide(request(), policy)
    await gate.decide(request(), policy)
    await gate.decide(request(), exempt)
    await expect(gate.decide(request(), broken)).rejects.toThrow('x')
    const durationMs: unknown = expect.any(Number)
    expect(events).toEqual([
      { type: 'decided', policy: 'p', outcome: 'pass', way: 'free', durationMs },
      { type: 'decided', policy: 'p', outcome: 'refuse', status: 402, code: 'proof_required', durationMs },
      { type: 'decided', policy: 'exempt', outcome: 'skip', durationMs },
      { type: 'decided', policy: 'broken', outcome: 'fault', durationMs },
    ])
  })

  test('is one of one decision, however often it is asked for', async () => {
    const { gate } = testGate()
    let decided = 0
    const off = gate.on('decided', () => (decided += 1))
    const [view, policy] = [request(), gate.policy({ free: '1/1m' })]
    await gate.decide(view, policy)
    await gate.decide(view, policy)
    expect(decided).toBe(1)
    off()
    await gate.decide(request(), policy)
    expect(decided).toBe(1)
  })

  test('waits for what the decision waits for', async () => {
    const { gate } = testGate()
    const took: number[] = []
    gate.on('decided', ({ durationMs }) => took.push(durationMs))
    const slow = gate.policy({
      skip: async () => await new Promise((resolve) => setTimeout(resolve, 30, false)),
    })
    await gate.decide(request(), slow)
    expect(took[0]).toBeGreaterThanOrEqual(25)
  })
})

describe('issued', () => {
  test('names the policy, and never a path that a client chose', async () => {
    const { gate } = testGate()
    const named: string[] = []
    gate.on('issued', ({ policy }) => named.push(policy))
    const policy = gate.policy({ require: pow(1) })
    await gate.decide(request({ path: '/a-path-of-a-client' }), policy)
    await gate.issue(request(), 'GET /a-path-of-a-client')
    await gate.issue(request())
    expect(named).toEqual([policy.name, policy.name, 'gate-wide'])
  })
})
