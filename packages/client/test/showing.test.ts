import { describe, expect, test } from '@jest/globals'
import type { Bought } from '../src/payer.ts'
import { useOf, verdictOn, type Showing, type Verdict } from '../src/showing.ts'

const BOUGHT: Bought = {
  paymentHash: 'ab'.repeat(32),
  invoice: 'lnbc1',
  invoiceExpiresAtMs: 0,
  amountMsat: 1,
  maxFeeMsat: 0,
  scheme: 'L402',
  token: 'AAAA',
  preimage: 'cd'.repeat(32),
  goodUntilMs: 1,
  origin: 'https://a.example',
  request: 'GET /',
  isTurnpike: true,
  usesLeft: 4,
  wasAccepted: false,
  holds: [],
}
const WORK: Showing = { rail: 'pow', text: '', pass: undefined }
const FRESH: Showing = { rail: 'lightning', bought: BOUGHT, isFresh: true }
const REUSED: Showing = { ...FRESH, isFresh: false }
const FOREIGN: Showing = { ...REUSED, bought: { ...BOUGHT, isTurnpike: false } }
const SALE = { scheme: 'L402', token: 'BBBB', invoice: 'lnbc1' } as const

describe('a credential that was refused', () => {
  test.each<[string, Showing, string, Verdict]>([
    ['work', WORK, '402 credential_spent', 'refused'],
    ['work', WORK, '402', 'refused'],
    ['work', WORK, '402 quota_reached', 'unsuited'],
    ['work', WORK, '429 ceiling_reached', 'keep'],
    ['work', WORK, '503 store_down', 'keep'],
    ['work', WORK, '401', 'unconcerned'],
    ['work', WORK, '409 credential_in_use', 'unconcerned'],
    ['a fresh payment', FRESH, '402 credential_unsettled', 'keep'],
    ['a fresh payment', FRESH, '402 quota_reached', 'keep'],
    ['a fresh payment', FRESH, '402 credential_too_weak', 'refused'],
    ['a fresh payment', FRESH, '402 credential_forged', 'refused'],
    ['a fresh payment', FRESH, '402', 'refused'],
    ['a fresh payment', FRESH, '409 credential_in_use', 'keep'],
    ['a fresh payment', FRESH, '409', 'unconcerned'],
    ['a fresh payment', FRESH, '429', 'keep'],
    ['a fresh payment', FRESH, '503 lightning_down', 'keep'],
    ['a fresh payment', FRESH, '401', 'unconcerned'],
    ['an older payment', REUSED, '402 credential_too_weak', 'unsuited'],
    ['an older payment', REUSED, '402 credential_expired', 'refused'],
    ['an older payment', REUSED, '401', 'unconcerned'],
    ["another server's", FOREIGN, '401', 'refused'],
  ])('%s, row %#', (_, showing, refusal, verdict) => {
    const [status, code] = refusal.split(' ')
    expect(verdictOn(showing, { status: Number(status), code })).toBe(verdict)
  })

  test('by 401 with something for sale is refused, however fresh', () => {
    expect(verdictOn(FRESH, { status: 401, lightning: SALE })).toBe('refused')
  })
})

describe('a credential that was shown', () => {
  test.each([
    ['is used as the gate says', 200, { way: 'lightning', usesLeft: 2 }, { isAccepted: true, usesLeft: 2 }],
    ['is used once where nobody says', 200, undefined, { isAccepted: true, usesLeft: 3 }],
    ['is not used where the call was free', 200, { way: 'free', usesLeft: undefined }, { isAccepted: false }],
    ['is not used where work was', 200, { way: 'pow', usesLeft: 0 }, { isAccepted: false }],
    ['is given back where the call failed', 500, { way: 'lightning', usesLeft: 2 }, { isAccepted: true }],
    ['is not believed used where the call failed', 404, undefined, { isAccepted: false }],
  ])('%s', (_, status, note, use) => {
    expect(useOf(BOUGHT, status, note)).toEqual(use)
  })

  test('is good for ever where nobody knows how often it is', () => {
    const { usesLeft: _uses, ...unlimited } = BOUGHT
    expect(useOf(unlimited, 200, undefined)).toEqual({ isAccepted: true, usesLeft: undefined })
  })
})
