import { describe, expect, test } from '@jest/globals'
import { formatRetryAfter, parseRetryAfter } from '@turnpike/protocol'
import * as fc from 'fast-check'

/** 1994-11-06 08:49:37 UTC, the moment of the examples in RFC 9110 §5.6.7. */
const EXAMPLE = 784_111_777_000

describe('Retry-After', () => {
  test.each(['', 'soon', '1.5', '1e3', '0x10', '12 seconds', '1, 2', '2027-01-15', 'Sun', '9'.repeat(21)])(
    'is junk: %j',
    (text) => {
      expect(parseRetryAfter(text, EXAMPLE)).toBeUndefined()
    },
  )

  test.each([
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 PST',
    'Sun, 06 Nov 1994 08:49:37',
  ])('is junk, though it looks like a date: %j', (text) => {
    expect(parseRetryAfter(text, EXAMPLE)).toBeUndefined()
  })

  test.each([
    ['0', 0],
    ['12', 12_000],
    [' 12 ', 12_000],
    ['-5', 0],
  ])('of %j is %d milliseconds', (text, ms) => {
    expect(parseRetryAfter(text, EXAMPLE)).toBe(ms)
  })

  test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'may be a date, %j, counted from now and never below 0',
    (text) => {
      expect(parseRetryAfter(text, EXAMPLE - 30_000)).toBe(30_000)
      expect(parseRetryAfter(text, EXAMPLE + 1)).toBe(0)
    },
  )

  test.each([
    [0, '1'],
    [-50, '1'],
    [1, '1'],
    [1000, '1'],
    [1001, '2'],
    [59_999.5, '60'],
  ])('after %d milliseconds is written %s', (ms, text) => {
    expect(formatRetryAfter(ms)).toBe(text)
  })

  test('never calls a client back too early, nor more than a second late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (ms) => {
        const told = parseRetryAfter(formatRetryAfter(ms), EXAMPLE)
        expect(told).toBeGreaterThanOrEqual(ms)
        expect(told).toBeLessThan(ms + 1000)
      }),
    )
  })
})
