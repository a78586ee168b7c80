import { describe, expect, test } from '@jest/globals'
import { formatCount, formatDuration, formatRate } from '../src/quantity.ts'

describe('quantities', () => {
  test.each([
    [0, '0.00 H/s'],
    [999, '999 H/s'],
    [1000, '1.00 kH/s'],
    [2_613_000, '2.61 MH/s'],
    [1.57e8, '157 MH/s'],
    [1.26e9, '1.26 GH/s'],
    [999_600, '1.00 MH/s'],
    [6.15e12, '6.15 TH/s'],
  ])('rate %d is %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text)
  })

  test.each([
    [0.4, '0 ms'],
    [9999.4, '9999 ms'],
    [10_000, '10 s'],
    [119_000, '119 s'],
    [125_000, '2 min 5 s'],
    [7_200_000, '2 h 0 min'],
    [90_180_000, '25 h 3 min'],
    [262_800_000, '3 d 1 h'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('counts have their thousands apart', () => {
    expect([0, 999, 65_536].map(formatCount)).toEqual(['0', '999', '65,536'])
  })
})
