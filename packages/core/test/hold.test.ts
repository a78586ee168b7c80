import { describe, expect, test } from '@jest/globals'
import { createGate, type GateEvent, memoryStore, pow, type RequestView, type Store } from '@turnpike/core'
import { passOf, refusalOf, request, SECRET, testGate, work, powOfferOf } from './requests.ts'
import { voucher, voucherRail } from './voucher-rail.ts'

const DONE = { kind: 'completed', status: 200 } as const
const WORK = pow(1, { quota: false, adaptive: false })

/** A call of a tool. */
function call(
  headers: Readonly<Record<string, string>> = {},
  digest = 'digest',
  ip = '192.0.2.1',
): RequestView {
  return { ...request({ headers, ip }), resource: { kind: 'tool', text: 'search', digest } }
}

const paid = (id: number) => ({ authorization: `L402 voucher-${id}` })

function opened(options: Parameters<typeof testGate>[0] = {}) {
  const { gate } = testGate({ rails: [voucherRail], ...options })
  return { gate, policy: gate.policy({ name: 'p', require: voucher() }) }
}

/** A paid call that waits for its client. */
async function heldCall({ gate, policy }: ReturnType<typeof opened>, id = 1, state?: string) {
  const pass = passOf(await gate.decide(call(paid(id)), policy))
  const seal = await pass.hold(state)
  await pass.finish(DONE)
  if (seal === undefined) throw new Error('expected a seal')
  return { pass, seal }
}

async function isAdmitted({ gate, policy }: ReturnType<typeof opened>, id = 1) {
  const decision = await gate.decide(call(paid(id)), policy)
  return decision.outcome === 'pass' || refusalOf(decision).code
}

async function resumed({ gate, policy }: ReturnType<typeof opened>, seal: string, view = call()) {
  const resumption = await gate.resume(view, policy, seal)
  if (resumption.outcome !== 'resumed') throw new Error(`expected a resumption, got ${resumption.outcome}`)
  return resumption
}

describe('a held call (R34)', () => {
  test('keeps its use from others, goes on as it was admitted, and is then spent', async () => {
    const open = opened()
    const events: GateEvent[] = []
    for (const type of ['admitted', 'resumed', 'ended'] as const)
      open.gate.on(type, (event) => events.push(event))
    const { seal } = await heldCall(open, 1, 'the state')
    expect(await isAdmitted(open)).toBe('credential_in_use')
    const { pass, state } = await resumed(open, seal)
    expect(state).toBe('the state')
    expect(pass.headers).toEqual({ 'turnpike-admission': 'lightning;uses=0' })
    expect(pass.admission).toMatchObject({ way: 'lightning', usesLeft: 0, policy: 'p' })
    await pass.finish(DONE)
    expect(await isAdmitted(open)).toBe('credential_spent')
    expect(events.map((event) => ('claims' in event ? event.claims : event.type))).toEqual([
      'admitted',
      'held',
      'resumed',
      'kept',
    ])
  })

  test('goes on once, however many ask at once, and not in two gates of one store', async () => {
    const store = memoryStore()
    const open = opened({ store, now: Date.now })
    const other = opened({ store, now: Date.now })
    const { seal } = await heldCall(open)
    const asked = Array.from({ length: 20 }, async (_, n) => {
      const { gate, policy } = n % 2 === 0 ? open : other
      return (await gate.resume(call(), policy, seal)).outcome
    })
    expect((await Promise.all(asked)).toSorted()).toEqual(['resumed', ...Array(19).fill('spent')])
  })

  test('waits 600 seconds, and its use is then given back', async () => {
    let nowMs = Date.now()
    const now = () => nowMs
    const timed = opened({ store: memoryStore({ now }), now })
    const first = await heldCall(timed, 1)
    const second = await heldCall(timed, 2)
    nowMs += 599_000
    await resumed(timed, first.seal)
    nowMs += 2000
    expect((await timed.gate.resume(call(), timed.policy, second.seal)).outcome).toBe('spent')
    expect(await isAdmitted(timed, 2)).toBe(true)
  })

  test('goes on for its own resource, arguments and gate alone', async () => {
    const open = opened()
    const { seal } = await heldCall(open)
    const { gate, policy } = open
    const elsewhere = { ...call(), resource: { kind: 'tool', text: 'other', digest: 'digest' } } as const
    expect(await gate.resume(elsewhere, policy, seal)).toEqual({ outcome: 'foreign' })
    expect(await gate.resume(call({}, 'other'), policy, seal)).toEqual({ outcome: 'foreign' })
    expect(await gate.resume(call(), policy, `${seal}x`)).toEqual({ outcome: 'foreign' })
    const stranger = createGate({ secret: `${SECRET}!`, log: () => undefined })
    expect(await stranger.resume(call(), stranger.policy({ name: 'p' }), seal)).toEqual({
      outcome: 'foreign',
    })
    await resumed(open, seal)
  })

  test('goes on from another address, but for no other named caller (R19)', async () => {
    const byAddress = opened()
    const { seal } = await heldCall(byAddress)
    await resumed(byAddress, seal, call({}, 'digest', '198.51.100.1'))
    const named = opened({ caller: (view) => ({ class: 'key', id: view.ip ?? '' }) })
    const held = await heldCall(named)
    const other = call({}, 'digest', '198.51.100.1')
    expect((await named.gate.resume(other, named.policy, held.seal)).outcome).toBe('foreign')
    await resumed(named, held.seal)
  })

  test('may be held again, each time under a new seal', async () => {
    const open = opened()
    let { seal } = await heldCall(open)
    for (let round = 0; round < 5; round++) {
      const { pass } = await resumed(open, seal)
      const next = await pass.hold()
      await pass.finish(DONE)
      expect((await open.gate.resume(call(), open.policy, seal)).outcome).toBe('spent')
      seal = next ?? ''
    }
    expect(await isAdmitted(open)).toBe('credential_in_use')
  })
})

describe('a held call that brought its caller nothing', () => {
  test('is given back, counted, when it was resumed for a client that had gone (R34)', async () => {
    const open = opened()
    for (let attempt = 0; attempt < 4; attempt++) {
      const { seal } = await heldCall(open)
      const { pass } = await resumed(open, seal)
      await pass.finish({ kind: 'notStarted' })
    }
    expect(await isAdmitted(open)).toBe('credential_exhausted')
  })

  test('uses its seal up when its own handler gives it back', async () => {
    const open = opened()
    const { pass, seal } = await heldCall(open)
    await pass.admission.giveBack()
    expect((await open.gate.resume(call(), open.policy, seal)).outcome).toBe('spent')
    expect(await isAdmitted(open)).toBe(true)
  })

  test('stays with whoever resumed it before its handler gave it back', async () => {
    const open = opened()
    const { pass, seal } = await heldCall(open)
    const next = await resumed(open, seal)
    await pass.admission.giveBack()
    expect(await isAdmitted(open)).toBe('credential_in_use')
    await next.pass.finish(DONE)
    expect(await isAdmitted(open)).toBe('credential_spent')
  })
})

describe('a call that cannot be held', () => {
  const broken = async () => await Promise.reject(new Error('down'))

  test.each<[string, Partial<Store>]>([
    ['fails', { hold: broken }],
    ['has no room', { hold: async () => false }],
  ])('since the store %s, ends, and is given back', async (_how, failing) => {
    const open = opened({ store: { ...memoryStore(), ...failing }, now: Date.now })
    const pass = passOf(await open.gate.decide(call(paid(1)), open.policy))
    expect(await pass.hold()).toBeUndefined()
    await pass.finish(DONE)
    expect(await isAdmitted(open)).toBe(true)
  })

  test('since its state is too long, ends, and is given back', async () => {
    const open = opened()
    const long = passOf(await open.gate.decide(call(paid(1)), open.policy))
    expect(await long.hold('x'.repeat(300_000))).toBeUndefined()
    await long.finish(DONE)
    expect(await isAdmitted(open)).toBe(true)
  })

  test('since it ended, keeps what it came to', async () => {
    const open = opened()
    const ended = passOf(await open.gate.decide(call(paid(1)), open.policy))
    await ended.finish(DONE)
    expect(await ended.hold()).toBeUndefined()
    expect(await isAdmitted(open)).toBe('credential_spent')
  })

  test('since the store fails when asked to resume, must be admitted anew', async () => {
    const open = opened({ store: { ...memoryStore(), resume: broken }, now: Date.now })
    const { seal } = await heldCall(open, 1, 'the state')
    expect(await open.gate.resume(call(), open.policy, seal)).toEqual({
      outcome: 'spent',
      state: 'the state',
    })
  })

  test('is refused by a closed gate, and with a policy of another', async () => {
    const open = opened()
    const { seal } = await heldCall(open)
    const foreign = opened().policy
    await expect(open.gate.resume(call(), foreign, seal)).rejects.toMatchObject({ code: 'policy_foreign' })
    await open.gate.close()
    await expect(open.gate.resume(call(), open.policy, seal)).rejects.toMatchObject({ code: 'gate_closed' })
  })
})

describe('a call that holds no claim', () => {
  test('counts once in its free allowance', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'p', free: '1/1m' })
    const seal = await passOf(await gate.decide(call(), policy)).hold('s')
    expect(refusalOf(await gate.decide(call(), policy)).code).toBe('limit_reached')
    const resumption = await gate.resume(call(), policy, seal ?? '')
    expect(resumption).toMatchObject({ outcome: 'resumed', state: 's', pass: { admission: { way: 'free' } } })
    expect((await gate.resume(call(), policy, seal ?? '')).outcome).toBe('spent')
  })

  test('since work was spent at once (R12), goes on all the same', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'p', require: WORK })
    const offer = powOfferOf(await gate.decide(call(), policy))
    const proven = { 'x-pow-solution': work(offer) }
    const seal = await passOf(await gate.decide(call(proven), policy)).hold()
    expect((await gate.resume(call(), policy, seal ?? '')).outcome).toBe('resumed')
    expect(refusalOf(await gate.decide(call(proven), policy)).code).toBe('credential_spent')
  })
})
