import { describe, expect, test } from '@jest/globals'
import { createCallerDirectory } from '../src/caller.ts'
import { passOf, refusalOf, request, testGate } from './requests.ts'

describe('callers', () => {
  test('are counted apart, by address (R8)', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ free: '1/1m' })
    passOf(await gate.decide(request({ ip: '192.0.2.1' }), policy))
    passOf(await gate.decide(request({ ip: '192.0.2.2' }), policy))
    expect(refusalOf(await gate.decide(request({ ip: '::ffff:192.0.2.1' }), policy)).code).toBe(
      'limit_reached',
    )
  })

  test.each([undefined, '', 'unix:', 'proxy.internal'])(
    'of unknown address (%j) share one bucket, and are warned about once (R8)',
    async (ip) => {
      const { gate, lines } = testGate()
      const policy = gate.policy({ free: '2/1m' })
      passOf(await gate.decide(request({ ip }), policy))
      passOf(await gate.decide(request({ ip: 'another none' }), policy))
      expect(refusalOf(await gate.decide(request({ ip }), policy)).code).toBe('limit_reached')
      expect(lines).toEqual([expect.stringContaining('address_unknown')])
    },
  )

  test('named by the operator are counted by that name, whatever their address', async () => {
    const { gate } = testGate({
      caller: async (view) => {
        const id = view.header('x-api-key')
        return id === undefined ? undefined : { class: 'partner', id }
      },
    })
    const policy = gate.policy({ free: '1/1m' })
    const pass = passOf(await gate.decide(request({ headers: { 'x-api-key': 'k1' } }), policy))
    expect(pass.admission.caller).toEqual({ class: 'partner', id: 'k1', subject: 'k1', byAddress: false })
    const moved = request({ ip: '203.0.113.5', headers: { 'x-api-key': 'k1' } })
    expect(refusalOf(await gate.decide(moved, policy)).code).toBe('limit_reached')
    passOf(await gate.decide(request({ headers: { 'x-api-key': 'k2' } }), policy))
    passOf(await gate.decide(request(), policy))
  })

  test('of class anonymous and named like an address do not use up the calls of that address', async () => {
    const { gate } = testGate({
      caller: (view) => {
        const id = view.header('x-user')
        return id === undefined ? undefined : { class: 'anonymous', id }
      },
    })
    const policy = gate.policy({ free: '1/1m' })
    for (const id of ['192.0.2.1', 'unknown']) {
      passOf(await gate.decide(request({ headers: { 'x-user': id } }), policy))
    }
    passOf(await gate.decide(request({ ip: '192.0.2.1' }), policy))
    passOf(await gate.decide(request({ ip: undefined }), policy))
  })

  test('are named before any credential is looked at; a fault there admits nobody (R1)', async () => {
    const { gate } = testGate({
      caller: () => {
        throw new Error('the account database is gone')
      },
    })
    const policy = gate.policy({ free: '1/1m' })
    await expect(gate.decide(request(), policy)).rejects.toThrow('the account database is gone')
  })

  test('whom the operator finds no name for, also when that is null, are known by address', async () => {
    const { gate } = testGate({ caller: () => null as never })
    const pass = passOf(await gate.decide(request(), gate.policy({ free: '1/1m' })))
    expect(pass.admission.caller.class).toBe('anonymous')
  })

  test.each([{ class: 'k', id: undefined }, { class: '', id: 'x' }, { class: 'k', id: { nested: 1 } }, 'k'])(
    'named %j are a named error, not one bucket for all of them',
    async (name) => {
      const { gate } = testGate({ caller: () => name as never })
      const decided = Promise.resolve(gate.decide(request(), gate.policy({ free: '1/1m' })))
      await expect(decided).rejects.toMatchObject({ code: 'option_invalid' })
    },
  )

  test('can be inspected and reset by the operator', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'search', free: '1/1m' })
    const { admission } = passOf(await gate.decide(request(), policy))
    expect(await gate.inspect(admission.caller)).toMatchObject([{ windowMs: 60_000, used: 1 }])
    await gate.reset(admission.caller)
    passOf(await gate.decide(request(), policy))
  })
})

describe('the directory of callers (R9)', () => {
  test('gives a caller one holder and one shard, whatever secret is in use', () => {
    const [one, two] = [createCallerDirectory('api', 64), createCallerDirectory('api', 64)]
    expect(one.byAddress('192.0.2.1')).toEqual(two.byAddress('192.0.2.1'))
    expect(createCallerDirectory('other', 64).byAddress('192.0.2.1')?.holder).not.toBe(
      one.byAddress('192.0.2.1')?.holder,
    )
  })

  test('puts neighbours in one shard: IPv4 by /24, IPv6 by /48, accounts by subject', () => {
    const callers = createCallerDirectory('api', 64)
    const shard = (ip: string) => callers.byAddress(ip)?.shard
    expect(shard('192.0.2.1')).toBe(shard('192.0.2.254'))
    expect(shard('2001:db8:7:1::1')).toBe(shard('2001:db8:7:ffff::1'))
    const [a, b] = ['a', 'b'].map((id) => callers.byName({ class: 'agent', id, subject: 'account-1' }))
    expect(a?.shard).toBe(b?.shard)
    expect(a?.holder).not.toBe(b?.holder)
  })

  test('spreads callers over all 64 shards', () => {
    const callers = createCallerDirectory('api', 64)
    const shards = new Set(
      Array.from({ length: 3000 }, (_, n) => callers.byName({ class: 'agent', id: `${n}` }).shard),
    )
    expect(shards.size).toBe(64)
    expect(Math.max(...shards)).toBe(63)
  })

  test('keeps no address in what goes to the store', () => {
    const counted = createCallerDirectory('api', 64).byAddress('192.0.2.1')
    expect(counted?.holder).toMatch(/^[\w-]{20}$/)
  })

  test('never mixes class and id', () => {
    const callers = createCallerDirectory('api', 64)
    const holders = [
      callers.byName({ class: 'a', id: 'b:c' }),
      callers.byName({ class: 'a:b', id: 'c' }),
      callers.byName({ class: 'ab', id: ':c' }),
    ].map(({ holder }) => holder)
    expect(new Set(holders).size).toBe(3)
  })
})

describe('gate.inspect', () => {
  test.each<[string, string | undefined, string | undefined]>([
    ['an address of IPv4', '203.0.113.7', undefined],
    ['an address of IPv6', '2001:db8:1:2:3:4:5:6', undefined],
    ['no address', undefined, undefined],
    ['a name', '203.0.113.7', 'acme'],
  ])('finds a caller with %s as its admission names it', async (_, ip, id) => {
    const { gate } = testGate({ caller: () => (id === undefined ? undefined : { class: 'partner', id }) })
    const policy = gate.policy({ name: 'p', free: '9/1m' })
    const { admission } = passOf(await gate.decide(request({ ip }), policy))
    expect(await gate.inspect(admission.caller)).toMatchObject([{ used: 1 }])
    await gate.reset(admission.caller)
    expect(await gate.inspect(admission.caller)).toEqual([])
  })
})
