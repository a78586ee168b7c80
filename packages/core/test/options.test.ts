import { describe, expect, test } from '@jest/globals'
import {
  anyOf,
  ceilingPolicy,
  createGate,
  type GateOptions,
  memoryStore,
  pow,
  type PolicyOptions,
  protectPolicy,
  sats,
  toGate,
} from '@turnpike/core'
import { request, SECRET, testGate } from './requests.ts'
import { voucher } from './voucher-rail.ts'

const thrown = (make: () => unknown): unknown => {
  try {
    make()
  } catch (error) {
    return error
  }
  return undefined
}

const ok = (): void => undefined

/** What plain JavaScript may pass. */
const untyped = <T>(value: unknown): T => value as T

describe('createGate', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['an unknown option', { secert: SECRET }, 'option_unknown', /did you mean 'secret'\?/],
    ['an option like no other', { frobnicate: 1 }, 'option_unknown', /there are name, secret/],
    ['a name in capitals', { name: 'My API' }, 'option_invalid', /a-z, 0-9/],
    ['a name of 33 characters', { name: 'a'.repeat(33) }, 'option_invalid', /1 to 32/],
    ['an empty name', { name: '' }, 'option_invalid', /1 to 32/],
    ['a short secret', { secret: 'x'.repeat(31) }, 'secret_short', /32 characters/],
    ['an empty secret', { secret: '' }, 'secret_short', /32 characters/],
    ['one short secret of two', { secret: [SECRET, 'short'] }, 'secret_short', /32 characters/],
    ['no secrets in a list', { secret: [] }, 'secret_missing', /randomBytes/],
    ['one secret twice', { secret: [SECRET, SECRET] }, 'secret_key_clash', /one key id/],
    ['a subnet of 16 bits', { ipv6Subnet: 16 }, 'option_invalid', /32 to 128/],
    ['a challenge path without a slash', { challengePath: 'challenge' }, 'option_invalid', /begins with/],
    ['a caller that is no function', { caller: 'me' }, 'option_invalid', /function/],
    ['a name that is a number', { name: 7 }, 'option_invalid', /1 to 32/],
    ['a secret that is a number', { secret: 7 }, 'option_invalid', /secret takes a text/],
    ['a secret that is null', { secret: null }, 'option_invalid', /secret takes a text/],
    ['a secret among others that is no text', { secret: [SECRET, 7] }, 'secret_short', /32 characters/],
    ['rails that are no list', { rails: 7 }, 'option_invalid', /rails takes a list/],
    ['rails that are none', { rails: [null] }, 'option_invalid', /rails takes a list/],
    ['a challenge path that is a number', { challengePath: 7 }, 'option_invalid', /begins with/],
    [
      'headers neither on nor off',
      { legacyHeaders: 'yes' },
      'option_invalid',
      /legacyHeaders .*true or false/,
    ],
    ['a hint neither on nor off', { commandHint: 'false' }, 'option_invalid', /commandHint .*true or false/],
    [
      'fake money by a word',
      { payments: { allowFakeMoney: 'no' }, log: ok },
      'option_invalid',
      /allowFakeMoney .*true or/,
    ],
    ['a backend without a name', { lightning: { createInvoice: 1 } }, 'option_invalid', /lightning/],
    ['a list for options', [], 'option_invalid', /takes options/],
  ])('refuses %s, and says the fix', (_what, options, code, message) => {
    expect(thrown(() => createGate(untyped<GateOptions>(options)))).toMatchObject({
      name: 'TurnpikeError',
      code,
      message: expect.stringMatching(message),
    })
  })

  test('names the docs entry of an error in its message', () => {
    expect(() => createGate({ secret: 'short' })).toThrow('npx @turnpike/cli explain secret_short')
  })

  test('takes what is allowed at the edges', () => {
    for (const options of [
      { name: 'a' },
      { name: 'a'.repeat(32) },
      { secret: 'x'.repeat(32) },
      { ipv6Subnet: 32 },
      { ipv6Subnet: 128 },
    ]) {
      expect(createGate({ secret: SECRET, ...options }).challengePath).toBe('/api/challenge')
    }
  })

  test('without a secret makes one and says so in development, and does not start in production (R30)', () => {
    const lines: string[] = []
    createGate({ log: (line) => lines.push(line) })
    expect(lines).toEqual([expect.stringContaining('secret_missing')])
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      expect(thrown(() => createGate())).toMatchObject({ code: 'secret_missing' })
    } finally {
      process.env['NODE_ENV'] = before
    }
  })

  test('is what toGate does with options; a gate it leaves as it is', () => {
    const { gate } = testGate()
    expect(toGate(gate)).toBe(gate)
    expect(toGate({ secret: SECRET, name: 'made' }).name).toBe('made')
  })
})

describe('a memory store', () => {
  test.each<[unknown, RegExp]>([
    [{ now: 7 }, /now takes a function/],
    [{ maxHolders: 0 }, /whole numbers/],
    [null, /takes an object/],
    [7, /takes an object/],
  ])('refuses %j, and says the fix', (options, message) => {
    expect(thrown(() => memoryStore(untyped<object>(options)))).toMatchObject({
      code: 'option_invalid',
      message: expect.stringMatching(message),
    })
  })
})

describe('the terms of work', () => {
  const { gate } = testGate()

  test.each<[string, () => PolicyOptions, RegExp]>([
    ['adaptive null', () => ({ require: pow(4, untyped({ adaptive: null })) }), /adaptive: take/],
    ['adaptive true', () => ({ require: pow(4, untyped({ adaptive: true })) }), /adaptive: take/],
    ['no difficulty', () => ({ require: pow(untyped(null)) }), /difficulty/],
    ['bits in words', () => ({ require: pow(untyped({ bits: '16' })) }), /difficulty/],
    ['a duration that is a number', () => ({ require: pow(4, untyped({ validFor: 7 })) }), /validFor/],
  ])('refuse %s, and say the fix', (_what, options, message) => {
    expect(thrown(() => gate.policy(options()))).toMatchObject({
      code: 'requirement_invalid',
      message: expect.stringMatching(message),
    })
  })
})

describe('a policy', () => {
  const { gate } = testGate()

  test.each<[string, unknown, string, RegExp]>([
    ['an unknown option', { fre: '60/1m' }, 'option_unknown', /did you mean 'free'\?/],
    ['a window of words', { free: 'sixty a minute' }, 'option_invalid', /Write '60\/1m'/],
    ['a window of no units', { free: '0/1m' }, 'option_invalid', /'60\/1m'/],
    ['a window of half a unit', { free: '1.5/1m' }, 'option_invalid', /'60\/1m'/],
    ['a window without a length', { free: '60' }, 'option_invalid', /'60\/1m'/],
    ['a window of 25 days', { ceiling: '1/25d' }, 'option_invalid', /24.8 days/],
    ['an empty list of windows', { ceiling: [] }, 'option_invalid', /empty list/],
    ['two windows of one length', { free: ['1/1m', '2/60s'] }, 'option_invalid', /one length: keep one/],
    ['a requirement in its place', pow(4), 'option_invalid', /\{ require: pow\(4\) \}/],
    ['null for a window', { free: [null] }, 'option_invalid', /'60\/1m'/],
    ['a name with a line break', { name: 'a\nb' }, 'option_invalid', /visible ASCII/],
    ['a name that is no text', { name: {} }, 'option_invalid', /visible ASCII/],
    ['a name that is a number', { name: 7 }, 'option_invalid', /visible ASCII/],
    ['a number for options', 7, 'option_invalid', /takes an object/],
    ['a name of 65 characters', { name: 'a'.repeat(65) }, 'option_invalid', /1 to 64/],
    ['an unknown mode', { mode: 'shadow' }, 'option_invalid', /'enforce' or 'observe'/],
    ['a skip that is no function', { skip: true }, 'option_invalid', /function/],
    ['sats without a rail for them', { require: voucher() }, 'rail_missing', /'lightning'.*phoenixd\(/],
  ])('refuses %s, and says the fix', (_what, options, code, message) => {
    expect(thrown(() => gate.policy(untyped<PolicyOptions>(options)))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    })
  })

  test('does not change the options it is given', () => {
    const options = Object.freeze({
      name: 'frozen',
      free: Object.freeze(['60/1m', '600/1h'] as const),
      require: pow(4),
    })
    expect(gate.policy(options).name).toBe('frozen')
  })
})

describe('pow()', () => {
  const { gate } = testGate()

  test.each<[string, () => PolicyOptions, string]>([
    ['no difficulty', () => ({ require: pow(untyped<number>(undefined)) }), 'requirement_invalid'],
    ['a difficulty of 0', () => ({ require: pow(0) }), 'requirement_invalid'],
    ['a difficulty of 8.5', () => ({ require: pow(8.5) }), 'requirement_invalid'],
    ['a difficulty in words', () => ({ require: pow(untyped<number>('4')) }), 'requirement_invalid'],
    ['17 nonces', () => ({ require: pow(4, { count: 17 }) }), 'requirement_invalid'],
    ['no nonces', () => ({ require: pow(4, { count: 0 }) }), 'requirement_invalid'],
    ['no uses', () => ({ require: pow(4, { uses: 0 }) }), 'requirement_invalid'],
    [
      'several uses for anybody',
      () => ({ require: pow(4, { uses: 2, bind: 'none' }) }),
      'requirement_invalid',
    ],
    ['validity of a week', () => ({ require: pow(4, { uses: 2, validFor: '7d' }) }), 'requirement_invalid'],
    ['a quota of words', () => ({ require: pow(4, { quota: untyped<'1/1m'>('many') }) }), 'option_invalid'],
    ['an unknown option', () => ({ require: pow(4, untyped<object>({ cout: 4 })) }), 'option_unknown'],
    ['adaptive beyond 8', () => ({ require: pow(4, { adaptive: { max: 9 } }) }), 'requirement_invalid'],
  ])('refuses %s at boot', (_what, options, code) => {
    expect(thrown(() => gate.policy(options()))).toMatchObject({ code })
  })

  test.each<[string, () => unknown, RegExp]>([
    ['pow(4, { difficulty })', () => pow(4, untyped({ difficulty: 3 })), /write pow\(difficulty/],
    ['sats(9, { amountSats })', () => sats(9, untyped({ amountSats: 3 })), /write sats\(price/],
  ])('%s would lose one of the two, and is refused', (_what, make, message) => {
    expect(thrown(make)).toMatchObject({ code: 'option_unknown', message: expect.stringMatching(message) })
  })

  test('takes bits, for hashcash people', () => {
    expect(pow({ bits: 18 })).toEqual(pow(4.5))
  })
})

describe('misuse of protect and ceiling', () => {
  const protect = untyped<(...args: readonly unknown[]) => unknown>(protectPolicy)
  const ceiling = untyped<(...args: readonly unknown[]) => unknown>(ceilingPolicy)

  test.each<[string, () => unknown, string]>([
    ['protect(pow)', () => protect(pow), 'option_invalid'],
    ["protect('pow')", () => protect('pow'), 'option_invalid'],
    ['protect(null)', () => protect(null), 'option_invalid'],
    ['protect([pow(4)])', () => protect([pow(4)]), 'option_invalid'],
    ["protect(pow(4), '5/1m')", () => protect(pow(4), '5/1m'), 'option_invalid'],
    ['protect({ require })', () => protect({ require: pow(4) }), 'option_invalid'],
    ['protect(pow(4), { require })', () => protect(pow(4), { require: pow(8) }), 'option_invalid'],
    ['ceiling()', () => ceiling(), 'option_invalid'],
    ["ceiling('5/1m', { require })", () => ceiling('5/1m', { require: pow(1) }), 'option_unknown'],
    [
      "anyOf('pow', 'sats')",
      () => untyped<(...args: unknown[]) => unknown>(anyOf)('pow', 'sats'),
      'requirement_invalid',
    ],
    [
      "policy({ require: 'pow' })",
      () => testGate().gate.policy(untyped({ require: 'pow' })),
      'option_invalid',
    ],
    ["turnpike('x')", () => toGate(untyped('x')), 'option_invalid'],
    ["store: 'redis'", () => createGate({ secret: SECRET, store: untyped('redis') }), 'option_invalid'],
    ['memoryStore({ maxHolder })', () => memoryStore(untyped({ maxHolder: 1 })), 'option_unknown'],
    ['memoryStore({ maxHolders: 0 })', () => memoryStore({ maxHolders: 0 }), 'option_invalid'],
  ])('%s is refused at boot', (_what, make, code) => {
    expect(thrown(make)).toMatchObject({ name: 'TurnpikeError', code })
  })

  /** What frameworks call a handler with. */
  const framework = { headers: {} }

  test.each<[string, () => unknown, RegExp]>([
    ['options, then a requirement', () => protect({ free: '5/1m' }, pow(6)), /requirement first/],
    ['options twice', () => protect({ free: '5/1m' }, { name: 'a' }), /requirement first/],
    ['two requirements', () => protect(pow(4), pow(6)), /protect\(anyOf\(/],
    ['protect itself for a handler', () => protect(framework, framework, ok), /write protect\(\)/],
    ['ceiling itself for a handler', () => ceiling(framework, framework, ok), /write ceiling\('600\/1m'\)/],
  ])('%s are refused, and the fix is named', (_what, make, message) => {
    expect(thrown(make)).toMatchObject({ code: 'option_invalid', message: expect.stringMatching(message) })
  })

  test('a policy made for each request, whose windows would always be empty, is named once', async () => {
    const { gate, lines } = testGate()
    for (let call = 0; call < 3; call++) await gate.decide(request(), gate.policy({ free: '1/1m' }))
    expect(lines).toEqual([expect.stringContaining('policy_per_request')])
  })
})

describe('protect', () => {
  test('by itself is 60 a minute free, then work', () => {
    expect(protectPolicy()).toEqual({ free: '60/1m', require: pow(4) })
    expect(protectPolicy({ free: '5/1m' })).toEqual({ free: '5/1m', require: pow(4) })
  })

  test('with a requirement has no free allowance but the one it is given', () => {
    expect(protectPolicy(pow(5))).toEqual({ require: pow(5) })
    const either = anyOf(pow(4), voucher())
    expect(protectPolicy(either, { free: '1/1s' })).toEqual({ require: either, free: '1/1s' })
  })
})
