import { describe, expect, test } from '@jest/globals'
import { createServerClock } from '../src/server-clock.ts'

describe('server clock', () => {
  test('R13 is not known before the first reply', () => {
    expect(createServerClock().isKnown).toBe(false)
  })

  test('R13 never runs ahead of the server, whatever the way there and back took', () => {
    const clock = createServerClock()
    // The server said 5000 at some moment between 100 and 140 of ours.
    clock.learn(5000, 100, 140)
    expect([clock.isKnown, clock.at(140)]).toEqual([true, 5000])
    // A quicker reply tells it more closely, a slower one tells nothing new.
    clock.learn(5101, 201, 203)
    expect(clock.at(203)).toBe(5101)
    clock.learn(5230, 300, 400)
    expect(clock.at(203)).toBe(5101)
  })

  test.each([
    ['forward', 65_000],
    ['back', -60_000],
  ])('R13 follows a server whose clock steps %s at once', (_, stepMs) => {
    const clock = createServerClock()
    clock.learn(100_000, 10, 11)
    clock.learn(100_100 + stepMs, 110, 111)
    expect(Math.abs(clock.at(111) - (100_100 + stepMs))).toBeLessThanOrEqual(1)
  })
})
