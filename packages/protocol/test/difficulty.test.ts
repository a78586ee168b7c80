import { describe, expect, test } from '@jest/globals'
import {
  bitsOfTarget,
  difficultyOfTarget,
  expectedHashes,
  formatTarget,
  parseTarget,
  targetOfWork,
  workOfDifficulty,
} from '@turnpike/protocol'
import * as fc from 'fast-check'

const MAX_TARGET = 0xffffffff
const anyTarget = fc.oneof(
  fc.integer({ min: 0, max: MAX_TARGET }),
  // Around the powers of two, where rounding goes wrong.
  fc
    .tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: -2, max: 1 }))
    .map(([bits, off]) => Math.max(0, 2 ** bits + off)),
)

describe('difficulty', () => {
  test.each([0, -1, 8.001, Number.NaN, Number.POSITIVE_INFINITY])('%d is refused', (difficulty) => {
    expect(() => workOfDifficulty(difficulty)).toThrow(RangeError)
  })

  test.each([
    [0, 1],
    [-1, 1],
    [Number.NaN, 1],
    [65_536, 0],
    [65_536, Number.NaN],
  ])('work %d for %d nonces is refused', (work, count) => {
    expect(() => targetOfWork(work, count)).toThrow(RangeError)
  })

  test.each([
    [1, 16, '0fffffff'],
    [4, 65_536, '0000ffff'],
    [4.25, 131_072, '00007fff'],
    [4.5, 262_144, '00003fff'],
    [5, 1_048_576, '00000fff'],
    [8, 4_294_967_296, '00000000'],
  ])('%d means %d hashes and the target %s, and reads back exactly', (difficulty, work, text) => {
    const target = targetOfWork(workOfDifficulty(difficulty))
    expect(formatTarget(target)).toBe(text)
    expect(expectedHashes(target, 1)).toBe(work)
    expect(difficultyOfTarget(target)).toBe(difficulty)
    expect(bitsOfTarget(target)).toBe(difficulty * 4)
  })

  test('is shared by several nonces: 4 nonces of 18 bits are the work of difficulty 5', () => {
    const target = targetOfWork(workOfDifficulty(5), 4)
    expect(formatTarget(target)).toBe('00003fff')
    expect(bitsOfTarget(target)).toBe(18)
    expect(expectedHashes(target, 4)).toBe(1_048_576)
  })

  test('reads back as it was written, to a thousandth', () => {
    for (const difficulty of [0.1, 3.999, 4.001, 4.3, 5.123]) {
      expect(difficultyOfTarget(targetOfWork(workOfDifficulty(difficulty)))).toBe(difficulty)
    }
  })

  test('is met by a client that only looks for ceil(difficulty) zero digits', () => {
    fc.assert(
      fc.property(anyTarget, (target) => {
        const zeros = Math.ceil(difficultyOfTarget(target))
        const worst = 16 ** (8 - zeros) - 1
        expect(worst).toBeLessThanOrEqual(target)
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['fffffffe', 0.001],
    ['0ffffffe', 1.001],
    ['0000fffe', 4.001],
  ])('is never rounded down to a whole number: %s is %d', (text, difficulty) => {
    expect(difficultyOfTarget(parseTarget(text)!)).toBe(difficulty)
  })
})

describe('target', () => {
  test.each(['', '0000fff', '00000ffff', '0000FFFF', '0x00ffff', ' 000ffff', '0000fffg', '0000ffff\n'])(
    'is not %j',
    (text) => {
      expect(parseTarget(text)).toBeUndefined()
    },
  )

  test('is cut to what a u32 holds', () => {
    expect(targetOfWork(2 ** 40)).toBe(0)
    expect(targetOfWork(0.5)).toBe(MAX_TARGET)
    expect(targetOfWork(1.2, 16)).toBe(MAX_TARGET)
  })

  test('becomes text and back, and the texts sort like the numbers', () => {
    fc.assert(
      fc.property(anyTarget, anyTarget, (one, other) => {
        expect(parseTarget(formatTarget(one))).toBe(one)
        expect(formatTarget(one) <= formatTarget(other)).toBe(one <= other)
      }),
    )
  })

  test('asks for the work that it was made of, to one part in a thousand', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 2.5, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 16 }),
        (difficulty, count) => {
          const work = workOfDifficulty(difficulty)
          const target = targetOfWork(work, count)
          expect(Math.abs(expectedHashes(target, count) / work - 1)).toBeLessThan(0.001)
        },
      ),
    )
  })
})
