import { describe, expect, test } from '@jest/globals'
import {
  isProblemCode,
  parseProblem,
  PROBLEM_CODES,
  PROBLEM_MEDIA_TYPE,
  problemType,
  QUOTA_EXCEEDED,
  REDUCED_CAPACITY,
  type Problem,
  type ProblemCode,
} from '@turnpike/protocol'
import * as fc from 'fast-check'

const LIGHTNING = {
  rail: 'lightning',
  macaroon: 'AgEE',
  invoice: 'lnbc100n1pabc',
  sats: 10,
  uses: 1,
  expiresAt: 1_800_000_000,
} as const
const BARE: Problem = {
  type: 'urn:turnpike:problem:proof_required',
  title: 'Work or payment is required',
  status: 402,
  detail: 'Pay 10 sats.',
  code: 'proof_required',
}
const FULL: Problem = {
  ...BARE,
  resource: 'POST /tools/call',
  retryAfter: 12,
  'violated-policies': ['search'],
  offers: [LIGHTNING],
  macaroon: 'AgEE',
  invoice: 'lnbc100n1pabc',
  priceSats: 10,
}

describe('problem', () => {
  test.each([
    undefined,
    null,
    'proof_required',
    [BARE],
    {},
    { ...BARE, code: undefined },
    { ...BARE, code: 'Proof Required' },
    { ...BARE, code: 'x'.repeat(65) },
    { ...BARE, status: '402' },
    { ...BARE, status: 200 },
    { ...BARE, status: 600 },
    { ...BARE, status: 402.5 },
  ])('is none of ours: %j', (value) => {
    expect(parseProblem(value)).toBeUndefined()
  })

  test.each<[string, object]>([
    ['resource', { resource: 'x'.repeat(2049) }],
    ['retryAfter', { retryAfter: -1 }],
    ['retryAfter as text', { retryAfter: '12' }],
    ['violated-policies', { 'violated-policies': 'search' }],
    ['offers', { offers: { 0: LIGHTNING } }],
    ['macaroon', { macaroon: 'a"b' }],
    ['invoice', { invoice: 7 }],
    ['priceSats', { priceSats: 0.5 }],
  ])('loses a wrong member: %s', (_, part) => {
    expect(parseProblem({ ...BARE, ...part })).toEqual(BARE)
  })

  test('loses wrong and surplus offers, and keeps the rest', () => {
    const wrong = { ...LIGHTNING, sats: -1 }
    expect(parseProblem({ ...BARE, offers: [wrong, null, LIGHTNING] })?.offers).toEqual([LIGHTNING])
    const many = Array.from({ length: 100 }, () => LIGHTNING)
    expect(parseProblem({ ...BARE, offers: many })?.offers).toHaveLength(16)
  })

  test('without members that RFC 9457 leaves open has their defaults', () => {
    expect(parseProblem({ status: 503, code: 'from_a_newer_release' })).toEqual({
      type: 'about:blank',
      title: '',
      status: 503,
      detail: '',
      code: 'from_a_newer_release',
    })
  })

  test.each([BARE, FULL])('is read as it is: %j', (problem) => {
    expect(parseProblem(JSON.parse(JSON.stringify(problem)))).toEqual(problem)
  })

  test('drops members it does not know', () => {
    expect(parseProblem({ ...FULL, instance: '/x', stack: 'secret' })).toEqual(FULL)
  })

  test('is read from any JSON without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(FULL)), (value, key) => {
        expect(() => parseProblem(value)).not.toThrow()
        expect(() => parseProblem({ ...FULL, [key]: value })).not.toThrow()
      }),
    )
  })

  test('is sent as application/problem+json', () => {
    expect(PROBLEM_MEDIA_TYPE).toBe('application/problem+json')
  })
})

describe('problem code', () => {
  test.each<[number, readonly ProblemCode[]]>([
    [
      402,
      [
        'proof_required',
        'credential_malformed',
        'credential_unknown_key',
        'credential_forged',
        'credential_expired',
        'credential_bad_caveat',
        'credential_wrong_preimage',
        'credential_wrong_resource',
        'credential_wrong_caller',
        'credential_too_weak',
        'credential_wrong_work',
        'credential_spent',
        'credential_exhausted',
        'credential_unsettled',
        'credential_lost',
        'quota_reached',
      ],
    ],
    [
      401,
      [
        'identity_required',
        'api_key_unknown',
        'bearer_malformed',
        'bearer_wrong_kind',
        'bearer_wrong_issuer',
        'bearer_forged',
        'bearer_wrong_audience',
        'bearer_expired',
        'bearer_inactive',
        'bearer_unproven',
        'bearer_wrong_proof',
        'bearer_replayed',
      ],
    ],
    [403, ['bearer_scope']],
    [404, ['no_challenge']],
    [409, ['credential_in_use']],
    [
      429,
      [
        'ceiling_reached',
        'subject_ceiling_reached',
        'limit_reached',
        'meter_exhausted',
        'in_flight_limit',
        'issue_flood',
      ],
    ],
    [
      503,
      [
        'identity_unavailable',
        'lightning_down',
        'price_unknown',
        'estimate_unknown',
        'store_down',
        'store_full',
        'store_corrupt',
        'store_late',
      ],
    ],
  ])('R32 with status %d is one of %j', (status, codes) => {
    const found = Object.entries(PROBLEM_CODES).filter(([, entry]) => entry.status === status)
    expect(found.map(([code]) => code).toSorted()).toEqual([...codes].toSorted())
  })

  test('R32 is sent as 401 or 403 only where it is about who calls', () => {
    const codes = Object.entries(PROBLEM_CODES).filter(([, { status }]) => [401, 403].includes(status))
    for (const [code] of codes) expect(code).toMatch(/^(?:identity|api_key|bearer)_/)
    const statuses = new Set<number>(Object.values(PROBLEM_CODES).map(({ status }) => status))
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([401, 402, 403, 404, 409, 429, 503])
  })

  test('has a short title of its own', () => {
    const titles = Object.values(PROBLEM_CODES).map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
    expect(Math.max(...titles.map((title) => title.length))).toBeLessThanOrEqual(60)
  })

  test.each<[ProblemCode, string]>([
    ['credential_spent', 'urn:turnpike:problem:credential_spent'],
    ['store_corrupt', 'urn:turnpike:problem:store_corrupt'],
    ['quota_reached', QUOTA_EXCEEDED],
    ['ceiling_reached', QUOTA_EXCEEDED],
    ['subject_ceiling_reached', QUOTA_EXCEEDED],
    ['limit_reached', QUOTA_EXCEEDED],
    ['meter_exhausted', QUOTA_EXCEEDED],
    ['in_flight_limit', QUOTA_EXCEEDED],
    ['issue_flood', QUOTA_EXCEEDED],
    ['identity_unavailable', REDUCED_CAPACITY],
    ['lightning_down', REDUCED_CAPACITY],
    ['price_unknown', 'urn:turnpike:problem:price_unknown'],
    ['store_down', REDUCED_CAPACITY],
    ['store_full', REDUCED_CAPACITY],
    ['store_late', REDUCED_CAPACITY],
  ])('%s is a problem of type %s', (code, type) => {
    expect(problemType(code)).toBe(type)
  })

  test.each([
    ['credential_spent', true],
    ['credential_lent', false],
    ['constructor', false],
    ['__proto__', false],
  ])('%s is known: %s', (code, known) => {
    expect(isProblemCode(code)).toBe(known)
  })
})
