import { beforeAll, describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { layOut, nonceText, widthOfNonce } from '../src/message.ts'
import { everyKernel, hitsOf, knows, trueHits } from './every-kernel.ts'
import type { OpenedKernel } from './every-kernel.ts'
import { hashHead } from './nonce.ts'

const NAMES = ['simdHot', 'simd', 'scalarHot', 'scalar', 'javascript']
const LENGTHS = Array.from({ length: 200 }, (_, i) => i + 1)
/** Lengths in bytes whose inner digits are the thirteenth word of the last block: what the hot kernels know. */
const HOT_LENGTHS = LENGTHS.filter((length) => layOut('x'.repeat(length)).position === 12)

let kernels: readonly OpenedKernel[] = []
beforeAll(async () => {
  kernels = await everyKernel()
})

function kernel(name: string): OpenedKernel {
  const found = kernels.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no kernel ${name}`)
  return found
}

/** Any target, of any size: the easiest, the hardest, powers of two and their neighbours, and numbers in between. */
const TARGET = fc.oneof(
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
  fc
    .tuple(fc.integer({ min: 24, max: 31 }), fc.integer({ min: -1, max: 1 }))
    .map(([bits, by]) => 2 ** bits + by),
  fc.integer({ min: 0, max: 0xffffffff }),
)
/** Ranges at odd places: first numbers, changes of the outer digits, beyond 32 bits, and not on a multiple of four. */
const RANGE = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 0, max: 500 }),
      fc.integer({ min: 1, max: 2 ** 31 }).map((outer) => outer * 2 ** 16),
    ),
    fc.integer({ min: 0, max: 23 }),
    fc.integer({ min: 0, max: 23 }),
  )
  .map(([middle, before, after]) => ({ from: Math.max(0, middle - before), to: middle + after }))

const texts = (lengths: readonly number[]) =>
  fc
    .constantFrom(...lengths)
    .chain((length) => fc.string({ minLength: length, maxLength: length, unit: 'grapheme-ascii' }))

describe('a kernel', () => {
  test('is there in all five forms', () => {
    expect(kernels.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted())
    expect(HOT_LENGTHS).toContain(100)
    // What could not be compiled would have been replaced by plain JavaScript, and nothing here would have noticed.
    expect(new Set(kernels.map((one) => one.kernel.search.toString())).size).toBe(2)
  })

  test.each(NAMES)('%s finds what node:crypto says it should: 1,000 texts, any range and target', (name) => {
    const one = kernel(name)
    const lengths = one.position === undefined ? LENGTHS : HOT_LENGTHS
    fc.assert(
      fc.property(texts(lengths), TARGET, RANGE, (challenge, target, range) => {
        expect(hitsOf(one, { challenge, target }, range)).toEqual(trueHits({ challenge, target }, range))
      }),
      { numRuns: 1000 },
    )
  })

  test.each(NAMES)('%s knows all lengths that it is for, also of texts beyond ASCII', (name) => {
    const one = kernel(name)
    const range = { from: 65_530, to: 65_545 }
    let known = 0
    for (const length of LENGTHS) {
      for (const challenge of ['x'.repeat(length), 'ß'.repeat(length), '🦊'.repeat(length)]) {
        if (!knows(one, challenge)) continue
        known++
        const puzzle = { challenge, target: 0x7fffffff }
        expect(hitsOf(one, puzzle, range)).toEqual(trueHits(puzzle, range))
      }
    }
    expect(known).toBe(one.position === undefined ? 600 : 72)
  })

  test.each(NAMES)('%s takes a hash that is exactly the target, and none that is one more', (name) => {
    const challenge = 'exactly'.padEnd(100, '.')
    for (let index = 0; index < 64; index++) {
      const head = hashHead(challenge + nonceText(index, widthOfNonce(100)))
      const range = { from: index, to: index + 1 }
      expect(hitsOf(kernel(name), { challenge, target: head }, range)).toEqual([index])
      expect(hitsOf(kernel(name), { challenge, target: head - 1 }, range)).toEqual([])
    }
  })

  test('finds the same first solution as every other, the lowest there is', () => {
    const challenge = 'A'.repeat(100)
    const puzzle = { challenge, target: 0x0003ffff }
    const found = kernels.map((one) => hitsOf(one, puzzle, { from: 0, to: 200_000 }))
    const [first = []] = found
    expect(found).toEqual(kernels.map(() => first))
    expect(first.length).toBeGreaterThan(4)
    for (const hit of first) {
      expect(hashHead(challenge + nonceText(hit, widthOfNonce(100)))).toBeLessThanOrEqual(puzzle.target)
    }
    expect(trueHits(puzzle, { from: 0, to: (first[0] ?? 0) + 1 })).toEqual([first[0]])
  })

  test('takes one challenge after another, whatever was searched before', () => {
    for (const challenge of ['a'.repeat(100), 'b'.repeat(36), 'c'.repeat(100)]) {
      const puzzle = { challenge, target: 0x0fffffff }
      const range = { from: 0, to: 100 }
      const expected = trueHits(puzzle, range)
      expect(kernels.map((one) => hitsOf(one, puzzle, range))).toEqual(kernels.map(() => expected))
    }
  })
})
