import { describe, expect, test } from '@jest/globals'
import {
  allOf,
  anyOf,
  apiKey,
  type Decision,
  type IdentitySource,
  pow,
  type Requirement,
  type Windows,
} from '@turnpike/core'
import { passOf, powOfferOf, refusalOf, request, type RequestParts, solved, testGate } from './requests.ts'
import { bearer, token, tokenSource } from './tokens.ts'

const shown: Readonly<Record<string, RequestParts>> = {
  good: token('acme'),
  bad: token('bad'),
  unavailable: token('down'),
  absent: {},
}

/** What became of a call, in short: `pass bearer`, or status, code and the schemes of `WWW-Authenticate`. */
function summary(decision: Decision): string {
  if (decision.outcome === 'pass') return `pass ${decision.admission.way}`
  const { status, code, headers } = refusalOf(decision)
  const schemes = [headers['www-authenticate'] ?? []].flat().map((line) => line.split(' ')[0])
  return [status, code, ...schemes].join(' ')
}

interface Case {
  readonly free: 'left' | 'used up' | 'none'
  readonly require: 'sole' | 'anyOf' | 'allOf' | 'pow'
  readonly expected: Readonly<Record<'good' | 'bad' | 'unavailable' | 'absent', string>>
}

const source = tokenSource()
const requirements: Readonly<Record<Case['require'], Requirement>> = {
  sole: bearer(source),
  anyOf: anyOf(bearer(source), pow(1)),
  allOf: allOf(bearer(source), pow(1)),
  pow: pow(1),
}

const free = 'pass free'
const cases: readonly Case[] = [
  {
    require: 'sole',
    free: 'left',
    expected: { good: free, bad: free, unavailable: free, absent: free },
  },
  ...(['used up', 'none'] as const).flatMap((left): readonly Case[] => [
    {
      require: 'sole',
      free: left,
      expected: {
        good: 'pass bearer',
        bad: '401 bearer_expired Bearer',
        unavailable: '503 identity_unavailable',
        absent: '401 identity_required Bearer',
      },
    },
    {
      require: 'anyOf',
      free: left,
      expected: {
        good: 'pass bearer',
        bad: '401 bearer_expired Bearer PoW',
        unavailable: '503 identity_unavailable PoW',
        absent: '402 proof_required PoW Bearer',
      },
    },
    {
      require: 'allOf',
      free: left,
      expected: {
        good: '402 proof_required PoW',
        bad: '401 bearer_expired Bearer',
        unavailable: '503 identity_unavailable',
        absent: '401 identity_required Bearer',
      },
    },
    {
      require: 'pow',
      free: left,
      expected: {
        good: '402 proof_required PoW',
        bad: '401 bearer_expired Bearer PoW',
        unavailable: '503 identity_unavailable PoW',
        absent: '402 proof_required PoW',
      },
    },
  ]),
  {
    require: 'anyOf',
    free: 'left',
    expected: { good: free, bad: free, unavailable: free, absent: free },
  },
]

describe('a bearer token (R32)', () => {
  const table = cases.flatMap(({ require, free: left, expected }) =>
    Object.entries(expected).map(([what, outcome]) => ({ require, left, what, outcome })),
  )

  test.each(table)('$what where it is $require and free calls are $left: $outcome', async (row) => {
    const { gate } = testGate({ identities: [source] })
    const windows: Windows | undefined = row.left === 'none' ? undefined : '1/1m'
    const policy = gate.policy({ free: windows, require: requirements[row.require] })
    const parts = shown[row.what] ?? {}
    if (row.left === 'used up') passOf(await gate.decide(request(parts), policy))
    expect(summary(await gate.decide(request(parts), policy))).toBe(row.outcome)
  })

  test.each(['bad', 'unavailable', 'absent'])('%s leaves the other ways open', async (what) => {
    const { gate } = testGate()
    const policy = gate.policy({ require: anyOf(bearer(source), pow(1)) })
    const parts = shown[what] ?? {}
    const headers = { ...parts.headers, ...solved(powOfferOf(await gate.decide(request(parts), policy))) }
    expect(passOf(await gate.decide(request({ headers }), policy)).admission.way).toBe('pow')
  })

  test('unavailable says when to come again, not that the token is bad', async () => {
    const { gate } = testGate()
    const refusal = refusalOf(
      await gate.decide(request(token('down')), gate.policy({ require: bearer(source) })),
    )
    expect(refusal.headers['retry-after']).toBe('1')
    expect(refusal.headers['www-authenticate']).toBeUndefined()
    expect(refusal.body.detail).toContain('the key set does not answer')
  })

  test('without a scope that is demanded is 403 with all scopes, and other ways stay open', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: anyOf(bearer(source, 'read', 'write'), pow(1)) })
    const refusal = refusalOf(await gate.decide(request(token('acme')), policy))
    expect(summary(refusal)).toBe('403 bearer_scope Bearer PoW')
    expect([refusal.headers['www-authenticate']].flat()[0]).toContain(
      'error="insufficient_scope", scope="read write"',
    )
    expect(refusal.body.detail).toContain('it lacks write')
  })

  test('is said to be wanted in words that lead on (R36)', async () => {
    const { gate } = testGate()
    const sole = refusalOf(await gate.decide(request(), gate.policy({ require: bearer(source, 'read') })))
    expect(sole.body.detail).toContain(
      'identify yourself: an access token that grants read in the header Authorization, to be had as https://api.example/',
    )
    expect(sole.body.detail).not.toContain('no account is needed')
    const mixed = gate.policy({ require: anyOf(bearer(source), pow(1)) })
    const { detail } = refusalOf(await gate.decide(request(), mixed)).body
    expect(detail.indexOf('work:')).toBeLessThan(detail.indexOf('identify yourself'))
  })

  test('that is bad is named also where a plain limit is reached', async () => {
    const { gate } = testGate({ identities: [source] })
    const policy = gate.policy({ free: '1/1m' })
    passOf(await gate.decide(request(token('bad')), policy))
    expect(summary(await gate.decide(request(token('bad')), policy))).toBe('401 bearer_expired Bearer')
  })

  test('that one source knows is good, whatever another makes of it', async () => {
    const other = tokenSource()
    const stranger: IdentitySource = {
      ...other,
      verify: (view) =>
        view.header('authorization') === undefined ? undefined : other.verify(request(token('bad'))),
    }
    const { gate } = testGate({ identities: [stranger] })
    const scoped = gate.policy({ require: bearer(source, 'admin') })
    expect(summary(await gate.decide(request(token('acme')), scoped))).toBe('403 bearer_scope Bearer')
    const paid = gate.policy({ free: '1/1m', require: allOf(bearer(source), pow(1)) })
    const { headers } = passOf(await gate.decide(request(token('acme')), paid))
    expect(headers['turnpike-admission']).toBe('free')
    expect(summary(await gate.decide(request(token('acme')), paid))).toBe('402 proof_required PoW')
  })

  test('that nobody can judge now is 503, also where another source takes it for a bad one', async () => {
    const keys = apiKey({ keys: [], header: 'Authorization' })
    const { gate } = testGate({ identities: [keys] })
    const policy = gate.policy({ require: bearer(source) })
    expect(summary(await gate.decide(request(token('down')), policy))).toBe('503 identity_unavailable')
  })

  test('admits up to a quota of its own, and then work is sold (R2)', async () => {
    const { gate } = testGate()
    const quota = { rail: 'bearer', terms: { source, scope: [], quota: '2/1m' } } as const
    const policy = gate.policy({ require: anyOf(quota, pow(1)) })
    for (const left of [1, 0]) {
      const pass = passOf(await gate.decide(request(token('acme')), policy))
      expect(pass.admission.remaining('quota')).toBe(left)
      expect(pass).toMatchObject({ proven: true, headers: { 'turnpike-admission': 'bearer' } })
    }
    expect(summary(await gate.decide(request(token('acme')), policy))).toBe('402 quota_reached PoW')
    passOf(await gate.decide(request(token('zeta')), policy))
  })

  test('in the query of a request is never read', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: bearer(source) })
    const decision = await gate.decide(request({ path: '/search?access_token=acme' }), policy)
    expect(refusalOf(decision).code).toBe('identity_required')
  })

  test('beside work is one way: the work is bound to the identity (R2, R19)', async () => {
    const { gate } = testGate()
    const policy = gate.policy({ require: allOf(bearer(source), pow(1)) })
    const proof = solved(powOfferOf(await gate.decide(request(token('acme')), policy)))
    const decide = async (name: string) =>
      await gate.decide(request({ headers: { ...token(name).headers, ...proof } }), policy)
    expect(refusalOf(await decide('zeta')).code).toBe('credential_wrong_caller')
    expect(passOf(await decide('acme')).admission.way).toBe('pow')
    expect(refusalOf(await decide('acme')).code).toBe('credential_spent')
  })

  test.each<readonly ['auto' | 'caller', string]>([
    ['auto', 'pass'],
    ['caller', 'credential_wrong_caller'],
  ])('beside work that was solved without it, bind %j: %s (R19)', async (bind, expected) => {
    const { gate } = testGate()
    const policy = gate.policy({ name: 'both', require: allOf(bearer(source), pow(1, { bind })) })
    const open = gate.policy({ name: 'both', require: pow(1) })
    const offer = powOfferOf(await gate.decide(request(), open))
    const headers = { ...token('acme').headers, ...solved(offer) }
    const decision = await gate.decide(request({ headers }), policy)
    expect(decision.outcome === 'refuse' ? decision.code : decision.outcome).toBe(expected)
  })
})

describe('a bearer requirement', () => {
  test.each<readonly [string, () => unknown]>([
    ['no terms', () => ({ rail: 'bearer', terms: undefined })],
    ['a source that is none', () => ({ rail: 'bearer', terms: { source: {}, scope: [] } })],
    ['a scope that is a number', () => ({ rail: 'bearer', terms: { source, scope: 7 } })],
    ['no source where the gate has none', () => ({ rail: 'bearer', terms: {} })],
  ])('with %s does not start', (_what, make) => {
    const { gate } = testGate()
    expect(() => gate.policy({ require: make() as never })).toThrow(
      expect.objectContaining({ code: 'requirement_invalid' }),
    )
  })

  test.each<readonly [string, () => unknown]>([
    ['two others', () => allOf(pow(1), pow(2))],
    ['one', () => allOf(bearer(source))],
    ['two bearers', () => allOf(bearer(source), bearer(source))],
    ['three', () => allOf(bearer(source), pow(1), pow(2))],
    ['a requirement of several', () => allOf(bearer(source), anyOf(pow(1), bearer(source)) as never)],
    ['nothing', () => allOf(undefined as never, undefined as never)],
  ])('allOf() takes one of it and one other, not %s', (_what, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'requirement_invalid' }))
  })

  test('in allOf() has no quota of its own: it would be the quota of nothing', () => {
    const { gate } = testGate()
    const counted = { rail: 'bearer', terms: { source, quota: '1/1m' } } as const
    expect(() => gate.policy({ require: allOf(counted, pow(1)) })).toThrow(
      expect.objectContaining({ code: 'requirement_invalid' }),
    )
  })

  test('stands in anyOf() once, beside allOf() too', () => {
    expect(() => anyOf(bearer(source), allOf(bearer(source), pow(1)))).toThrow(
      expect.objectContaining({ code: 'requirement_invalid' }),
    )
    expect(anyOf(allOf(bearer(source), pow(1)), { rail: 'lightning', terms: {} }).anyOf).toHaveLength(2)
  })
})
