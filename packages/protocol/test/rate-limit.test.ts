import { describe, expect, test } from '@jest/globals'
import {
  formatLegacyRateLimit,
  formatRateLimit,
  formatRateLimitPolicy,
  parseRateLimit,
  parseRateLimitPolicy,
} from '@turnpike/protocol'
import * as fc from 'fast-check'

const anyName = fc.string({ maxLength: 20 })
const anyUnits = fc.integer({ min: 0, max: 1_000_000_000 })
const anySeconds = fc.integer({ min: 1, max: 1_000_000 })

describe('RateLimit-Policy', () => {
  test.each([
    ['nothing', ''],
    ['a name without an end', '"a;q=1;w=1'],
    ['a number for a name', '7;q=1;w=1'],
    ['no name', ';q=1;w=1'],
    ['a comma at the end', '"a";q=1;w=1,'],
    ['no comma', '"a";q=1;w=1 "b";q=1;w=1'],
    ['an upper-case parameter', '"a";Q=1;w=1'],
    ['an empty value', '"a";q=;w=1'],
    ['the dictionary of draft 7', 'limit=100, remaining=50, reset=5'],
    ['more than 4,096 characters', `"${'a'.repeat(4096)}";q=1;w=1`],
  ])('is empty with %s', (_, text) => {
    expect(parseRateLimitPolicy(text)).toEqual([])
  })

  test.each([
    ['no quota', '"a";w=1'],
    ['no window', '"a";q=1'],
    ['a window of 0', '"a";q=1;w=0'],
    ['a negative quota', '"a";q=-1;w=1'],
    ['a fractional quota', '"a";q=1.5;w=1'],
    ['a token for a quota', '"a";q=x;w=1'],
  ])('leaves out an item with %s', (_, item) => {
    expect(parseRateLimitPolicy(`${item}, "b";q=2;w=3`)).toEqual([{ name: 'b', limit: 2, windowMs: 3000 }])
  })

  test('is read with the parameters of the draft, known or not', () => {
    const field = ' "peruser";q=65535;qu="content, bytes";w=10;pk=:sdfjLJUOUH==:;acme-x,  daily; q=7;w=86400 '
    expect(parseRateLimitPolicy(field)).toEqual([
      { name: 'peruser', limit: 65_535, windowMs: 10_000 },
      { name: 'daily', limit: 7, windowMs: 86_400_000 },
    ])
  })

  test.each([
    [[], ''],
    [[{ name: 'free', limit: 60, windowMs: 60_000 }], '"free";q=60;w=60'],
    [
      [
        { name: 'burst', limit: 100, windowMs: 60_000 },
        { name: 'daily', limit: 1000, windowMs: 86_400_000 },
      ],
      '"burst";q=100;w=60, "daily";q=1000;w=86400',
    ],
    [[{ name: 'short', limit: 1, windowMs: 1 }], '"short";q=1;w=1'],
    [[{ name: 'none', limit: 1, windowMs: 0 }], '"none";q=1;w=1'],
    [[{ name: 'odd', limit: 2.9, windowMs: 1001 }], '"odd";q=2;w=2'],
    [[{ name: 'huge', limit: Number.POSITIVE_INFINITY, windowMs: 1000 }], '"huge";q=999999999999999;w=1'],
    [[{ name: 'a"b\\c', limit: 1, windowMs: 1000 }], String.raw`"a\"b\\c";q=1;w=1`],
    [[{ name: 'GET /é\r\n😀', limit: 1, windowMs: 1000 }], '"GET /????";q=1;w=1'],
  ])('of %j is written %j', (policies, text) => {
    expect(formatRateLimitPolicy(policies)).toBe(text)
  })

  test('becomes text and back', () => {
    const policy = fc.record({
      name: anyName,
      limit: anyUnits,
      windowMs: anySeconds.map((seconds) => seconds * 1000),
    })
    fc.assert(
      fc.property(fc.array(policy, { maxLength: 5 }), (policies) => {
        expect(parseRateLimitPolicy(formatRateLimitPolicy(policies))).toEqual(policies)
      }),
    )
  })
})

describe('RateLimit', () => {
  test.each(['', '"a";r=', '"a";r=1;t=1;', '"a"r=1;t=1', '\u0000'])('is empty for %j', (text) => {
    expect(parseRateLimit(text)).toEqual([])
  })

  test('leaves out items that do not say both numbers', () => {
    expect(parseRateLimit('"a";r=1, "b";t=1, "c";r=0;t=0')).toEqual([{ name: 'c', remaining: 0, resetMs: 0 }])
  })

  test.each([
    [{ name: 'free', remaining: 5, resetMs: 12_000 }, '"free";r=5;t=12'],
    [{ name: 'free', remaining: 0, resetMs: 1 }, '"free";r=0;t=1'],
    [{ name: 'free', remaining: 0, resetMs: 0 }, '"free";r=0;t=0'],
    [{ name: 'free', remaining: -3, resetMs: -5000 }, '"free";r=0;t=0'],
  ])('of %j is written %j', (state, text) => {
    expect(formatRateLimit([state])).toBe(text)
  })

  test('becomes text and back', () => {
    const state = fc.record({
      name: anyName,
      remaining: anyUnits,
      resetMs: anySeconds.map((seconds) => seconds * 1000),
    })
    fc.assert(
      fc.property(fc.array(state, { maxLength: 5 }), (states) => {
        expect(parseRateLimit(formatRateLimit(states))).toEqual(states)
      }),
    )
  })

  test('is read from any text without throwing', () => {
    const piece = fc.constantFrom('"', '\\', ',', ' ', ';', '=', 'a', 'q=1', 'w=1', ':', 'é')
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 60 }), (text) => {
        expect(Array.isArray(parseRateLimit(text))).toBe(true)
        expect(Array.isArray(parseRateLimitPolicy(text))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('X-RateLimit', () => {
  test('tells the reset as unix time, rounded up', () => {
    expect(formatLegacyRateLimit({ limit: 60, remaining: 5, resetMs: 1500 }, 1_800_000_000_000)).toEqual({
      'x-ratelimit-limit': '60',
      'x-ratelimit-remaining': '5',
      'x-ratelimit-reset': '1800000002',
    })
  })
})
