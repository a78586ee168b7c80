import { describe, expect, test } from '@jest/globals'
import { useOf, verdictOn, type Showing, type Verdict } from '../src/showing.ts'
import { samplePurchase } from './sample-purchase.ts'

const BOUGHT = samplePurchase({ usesLeft: 4 })
const WORK: Showing = { rail: 'pow', text: '', pass: undefined }
const FRESH: Showing = { rail: 'lightning', bought: BOUGHT, isFresh: true }
const REUSED: Showing = { ...FRESH, isFresh: false }
const FOREIGN: Showing = { ...REUSED, bought: { ...BOUGHT, isTurnpike: false } }
const SALE = { scheme: 'L402', token: 'BBBB', invoice: 'lnbc1' } as const

describe('a credential that was refused', () => {
  test.each<[string, string, Verdict, Showing]>([
    ['work', '402 credential_spent', 'refused', WORK],
    ['work', '402', 'refused', WORK],
    ['work', '402 quota_reached', 'unsuited', WORK],
    ['work', '429 ceiling_reached', 'keep', WORK],
    ['work', '503 store_down', 'keep', WORK],
    ['work', '401', 'unconcerned', WORK],
    ['work', '409 credential_in_use', 'unconcerned', WORK],
    ['a fresh payment', '402 credential_unsettled', 'keep', FRESH],
    ['a fresh payment', '402 quota_reached', 'keep', FRESH],
    ['a fresh payment', '402 credential_too_weak', 'refused', FRESH],
    ['a fresh payment', '402 credential_forged', 'refused', FRESH],
    ['a fresh payment', '402', 'refused', FRESH],
    ['a fresh payment', '409 credential_in_use', 'keep', FRESH],
    ['a fresh payment', '409', 'unconcerned', FRESH],
    ['a fresh payment', '429', 'keep', FRESH],
    ['a fresh payment', '503 lightning_down', 'keep', FRESH],
    ['a fresh payment', '401', 'unconcerned', FRESH],
    ['an older payment', '402 credential_too_weak', 'unsuited', REUSED],
    ['an older payment', '402 credential_expired', 'refused', REUSED],
    ['an older payment', '401', 'unconcerned', REUSED],
    ["another server's", '401', 'refused', FOREIGN],
  ])('%s, by %s: %s', (_, refusal, verdict, showing) => {
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
    expect(useOf(samplePurchase(), 200, undefined)).toEqual({ isAccepted: true, usesLeft: undefined })
  })
})
