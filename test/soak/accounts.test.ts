import { describe, expect, test } from '@jest/globals'
import { balance, openPayments, uncovered, usesByPayment } from './accounts.js'

type Entry = Parameters<typeof uncovered>[0][number]

const HASH = 'ab'.repeat(32)
const NAME = HASH.slice(0, 16)
const shown = { path: '/paid', headers: {}, body: '' }

function audit(...movements: readonly string[]): readonly Entry[] {
  return movements.map((movement) => ({ kind: 'audit', pid: 1, movement, payment: NAME }))
}

function served(way: string, changes: { readonly proof?: string; readonly at?: number } = {}): Entry {
  return { kind: 'served', pid: 1, policy: 'free', way, caller: 'one', at: 0, ...changes }
}

/** What the books say of one payment for one use. */
function complaintsAbout(movements: readonly string[], { torn = false, isShown = true } = {}) {
  const purchase = {
    paymentHash: HASH,
    amountMsat: 10_000,
    preimage: '',
    shown: isShown ? shown : undefined,
  }
  const uses = usesByPayment(audit(...movements))
  return balance([purchase], uses, new Set(torn ? [NAME] : [])).complaints
}

describe('the books of the soak', () => {
  test.each([
    ['a use that was kept', ['claimed', 'kept']],
    ['one that was given back, and had', ['claimed', 'givenBack', 'claimed', 'kept']],
    ['one that was given back too often', ['claimed', 'exhausted']],
  ])('balance with %s', (_, movements) => {
    expect(complaintsAbout(movements)).toEqual([])
  })

  test.each([
    ['a use that nobody could have', []],
    ['a use that was had twice', ['claimed', 'kept', 'claimed', 'kept']],
    ['a claim without an end', ['claimed', 'kept', 'claimed']],
    ['a use that was served twice', ['claimed', 'overlap']],
  ])('do not balance with %s', (_, movements) => {
    expect(complaintsAbout(movements)).toHaveLength(1)
  })

  test('allow a killed process the end that it could not write down, and no more', () => {
    expect(complaintsAbout(['claimed'], { torn: true })).toEqual([])
    expect(complaintsAbout(['claimed', 'claimed', 'kept'], { torn: true })).toEqual([])
    expect(complaintsAbout(['claimed', 'kept', 'claimed', 'kept'], { torn: true })).toHaveLength(1)
    expect(openPayments(audit('claimed', 'kept', 'claimed'))).toEqual(new Set([NAME]))
    expect(openPayments(audit('claimed', 'kept'))).toEqual(new Set())
  })

  test('name what was paid in vain, and what was claimed without a payment', () => {
    expect(complaintsAbout([], { isShown: false })).toHaveLength(1)
    expect(balance([], usesByPayment(audit('claimed')), new Set()).complaints).toHaveLength(1)
  })
})

describe('admissions of the soak', () => {
  test('with cover are no matter', () => {
    const entries = [
      served('free'),
      served('pow', { proof: 'challenge=a,nonce=1' }),
      served('lightning', { proof: 'L402 x' }),
    ]
    expect(uncovered(entries)).toEqual([])
  })

  test.each([
    ['by no way', [served('none')]],
    ['by work without a solution', [served('pow')]],
    ['twice by one solution', [1, 2].map((nonce) => served('pow', { proof: `challenge=a,nonce=${nonce}` }))],
    ['above the limit', Array.from({ length: 21 }, (_, at) => served('free', { at: 100 * at }))],
  ])('%s are named', (_, entries) => {
    expect(uncovered(entries)).not.toEqual([])
  })

  test('at the limit are within it', () => {
    expect(uncovered(Array.from({ length: 20 }, (_, at) => served('free', { at })))).toEqual([])
  })
})
