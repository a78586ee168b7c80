import { describe, expect, test } from '@jest/globals'
import { layOut, nonceText, widthOfNonce } from '../src/message.ts'

describe('message layout', () => {
  test.each([
    [100, 16],
    [6, 18],
    [36, 16],
    [40, 12],
    [44, 24],
  ])('after %d bytes the nonce takes %d digits', (length, width) => {
    expect(widthOfNonce(length)).toBe(width)
  })

  test('always puts the inner digits into one aligned word of the last block, with room for the padding', () => {
    for (let length = 0; length <= 800; length++) {
      const width = widthOfNonce(length)
      const end = length + width
      expect([width >= 12, width <= 27, end % 4]).toEqual([true, true, 0])
      expect(end % 64).toBeGreaterThanOrEqual(4)
      expect(end % 64).toBeLessThanOrEqual(52)
    }
  })

  test('is text, zeros for the nonce, the end mark and the length in bits', () => {
    const { bytes, nonceAt, nonceWidth } = layOut('é1')
    expect([nonceAt, nonceWidth, bytes.length]).toEqual([3, 17, 64])
    expect(Array.from(bytes.subarray(0, 21))).toEqual([0xc3, 0xa9, 0x31, ...Array(17).fill(0x30), 0x80])
    expect(Array.from(bytes.subarray(56))).toEqual([0, 0, 0, 0, 0, 0, 0, 160])
  })

  test('numbers nonces so that ascending numbers are ascending texts, also beyond 32 bits', () => {
    expect(nonceText(0, 12)).toBe('000000000000')
    expect(nonceText(2 ** 48 - 1, 12)).toBe('ffffffffffff')
    expect(nonceText(0xfffff, 12) < nonceText(0x100000, 12)).toBe(true)
  })
})
