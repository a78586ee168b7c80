import { describe, expect, test } from '@jest/globals'
import type { InvoiceState } from '@turnpike/core'
import { createFakeLightning } from '@turnpike/testkit'
import { createPaymentLookup } from '../src/payment-lookup.ts'

const HASH = 'ab'.repeat(32)

/** A look-up without pauses, whose backend answers as the list says, the last for ever. */
function lookupOf(...answers: readonly (InvoiceState | Error | 'hang')[]) {
  const clock = { ms: 1_800_000_000_000 }
  const backend = createFakeLightning()
  const faults: string[] = []
  let asked = 0
  backend.instead.lookUp = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)]
    if (answer === undefined) throw new Error('an answer for each question')
    if (answer === 'hang') return await new Promise<InvoiceState>(() => undefined)
    if (answer instanceof Error) throw answer
    return answer
  }
  const lookup = createPaymentLookup({
    backend,
    now: () => clock.ms,
    onFault: (error) => faults.push(String(error)),
    pausesMs: [0, 1, 1],
    answerWithinMs: 20,
  })
  return { lookup, clock, faults, asked: () => asked }
}

describe('a payment look-up (R26)', () => {
  test.each<[string, (InvoiceState | Error | 'hang')[], string, number]>([
    ['settled at once', ['settled'], 'settled', 1],
    ['settled the second time', ['pending', 'settled'], 'settled', 2],
    ['settled after a failure', [new Error('down'), 'settled'], 'settled', 2],
    ['gone', ['pending', 'gone'], 'gone', 2],
    ['never there', ['pending'], 'pending', 3],
    ['pending, then not to be told', ['pending', new Error('down')], 'pending', 3],
    ['never to be told', [new Error('down')], 'unknown', 3],
    ['never answered', ['hang'], 'unknown', 3],
    ['told of in a word of no backend', [JSON.parse('"paid"')], 'unknown', 3],
    ['told of with nothing', [JSON.parse('null')], 'unknown', 3],
  ])('of one %s', async (_, answers, state, times) => {
    const { lookup, asked } = lookupOf(...answers)
    expect(await lookup.lookUp(HASH)).toBe(state)
    expect(asked()).toBe(times)
    expect(lookup.isSettled(HASH)).toBe(state === 'settled')
  })

  test('is one for all who ask at the same time', async () => {
    const { lookup, asked } = lookupOf('pending', 'settled')
    const states = await Promise.all(Array.from({ length: 50 }, async () => await lookup.lookUp(HASH)))
    expect(new Set(states)).toEqual(new Set(['settled']))
    expect(asked()).toBe(2)
  })

  test('remembers what is pending for a second, what is settled for good, and what failed not at all', async () => {
    const { lookup, clock, asked, faults } = lookupOf('pending', 'pending', 'pending', new Error('down'))
    expect(await lookup.lookUp(HASH)).toBe('pending')
    clock.ms += 999
    expect(await lookup.lookUp(HASH)).toBe('pending')
    expect(asked()).toBe(3)
    clock.ms += 1
    expect(await lookup.lookUp(HASH)).toBe('unknown')
    expect(await lookup.lookUp(HASH)).toBe('unknown')
    expect(asked()).toBe(9)
    expect(faults).toHaveLength(6)
  })

  test('pending is asked for again at once when the clock was set back', async () => {
    const { lookup, clock } = lookupOf('pending', 'pending', 'pending', 'settled')
    expect(await lookup.lookUp(HASH)).toBe('pending')
    clock.ms -= 3_600_000
    expect(await lookup.lookUp(HASH)).toBe('settled')
  })

  test('is bounded: of very many at once the last are not made', async () => {
    const { lookup } = lookupOf('settled')
    const asked = Array.from(
      { length: 300 },
      async (_, n) => await lookup.lookUp(n.toString(16).padStart(64, '0')),
    )
    const states = await Promise.all(asked)
    expect(states.filter((state) => state === 'settled')).toHaveLength(256)
    expect(states.filter((state) => state === 'unknown')).toHaveLength(44)
    expect(await lookup.lookUp(HASH)).toBe('settled')
  })
})
