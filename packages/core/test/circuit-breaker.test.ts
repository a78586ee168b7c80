import { describe, expect, test } from '@jest/globals'
import { createCircuitBreaker } from '../src/circuit-breaker.ts'

const NOW = 1_800_000_000_000

describe('a circuit breaker', () => {
  test('opens at the fifth failure in a row, and lets one ask after each pause', () => {
    const breaker = createCircuitBreaker()
    for (let failure = 0; failure < 4; failure += 1) breaker.failed(NOW)
    expect(breaker.pauseMs(NOW)).toBe(0)
    breaker.failed(NOW)
    expect(breaker.pauseMs(NOW + 1)).toBe(4999)
    expect(breaker.pauseMs(NOW + 5000)).toBe(0)
    expect(breaker.pauseMs(NOW + 5000)).toBe(5000)
    breaker.succeeded()
    expect(breaker.pauseMs(NOW + 5000)).toBe(0)
  })

  test('does not stay open for as long as the clock was set back', () => {
    const breaker = createCircuitBreaker()
    for (let failure = 0; failure < 5; failure += 1) breaker.failed(NOW)
    expect(breaker.pauseMs(NOW - 3_600_000)).toBe(0)
    expect(breaker.pauseMs(NOW - 3_600_000)).toBe(5000)
  })
})
