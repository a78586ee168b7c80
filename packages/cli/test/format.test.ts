import { describe, expect, test } from '@jest/globals'
import { formatDuration, formatProgress, formatRate } from '../src/format.ts'

describe('format', () => {
  test.each([
    [0, '0.00 H/s'],
    [999, '999 H/s'],
    [1000, '1.00 kH/s'],
    [2_613_000, '2.61 MH/s'],
    [1.57e8, '157 MH/s'],
    [1.26e9, '1.26 GH/s'],
    [6.15e12, '6.15e+3 GH/s'],
  ])('rate %d is %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text)
  })

  test.each([
    [0.4, '0 ms'],
    [9999.4, '9999 ms'],
    [10_000, '10 s'],
    [119_000, '119 s'],
    [125_000, '2 min 5 s'],
  ])('%d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('progress may go beyond the expectation, which is an average', () => {
    const progress = { hashes: 150, expectedHashes: 100, hashesPerSecond: 1000, elapsedMs: 150 }
    expect(formatProgress(progress)).toBe('solving: 150 % of the expected work, 1.00 kH/s, 150 ms')
  })
})
