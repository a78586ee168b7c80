import { describe, expect, test } from '@jest/globals'
import { areDistinct, NONCE_PATTERN } from '@turnpike/protocol'
import { solve, SolverError } from '@turnpike/solver'
import type { Progress, SolveOptions } from '@turnpike/solver'
import * as fc from 'fast-check'
import { hashHead } from './nonce.ts'

/** Too hard to be found in a test's time. */
const ENDLESS = { challenge: 'endless', target: '00000000', maxBits: 32 } as const

describe('solve, asked wrongly', () => {
  const easy = { challenge: 'abc', target: 'ffffffff' }
  test.each<[string, object, RegExp]>([
    ['no challenge', { target: 'ffffffff' }, /challenge must be a text/],
    ['an empty challenge', { ...easy, challenge: '' }, /1 to 200 characters, not 0/],
    ['201 characters', { ...easy, challenge: 'x'.repeat(201) }, /not 201/],
    ['half a surrogate pair', { ...easy, challenge: 'a\ud800b' }, /surrogate/],
    ['neither target nor difficulty', { challenge: 'abc' }, /either target or difficulty/],
    ['both', { ...easy, difficulty: 4 }, /either target or difficulty/],
    ['a short target', { ...easy, target: 'fff' }, /eight lower-case hex/],
    ['an upper-case target', { ...easy, target: 'FFFFFFFF' }, /eight lower-case hex/],
    ['a target that is a number', { ...easy, target: 0xffff }, /eight lower-case hex/],
    ['difficulty 0', { challenge: 'abc', difficulty: 0 }, /difficulty must be/],
    ['difficulty above 8', { challenge: 'abc', difficulty: 8.1 }, /difficulty must be/],
    ['difficulty NaN', { challenge: 'abc', difficulty: NaN }, /difficulty must be/],
    ['count 0', { ...easy, count: 0 }, /count must be a whole number from 1 to 16/],
    ['count 17', { ...easy, count: 17 }, /count/],
    ['workers below none', { ...easy, workers: -1 }, /workers must be a whole number from 0 to 64/],
    ['65 workers', { ...easy, workers: 65 }, /workers must be/],
    ['a fraction of a worker', { ...easy, workers: 1.5 }, /workers must be a whole number/],
    ['maxHashes 0', { ...easy, maxHashes: 0 }, /maxHashes/],
    ['maxBits NaN', { ...easy, maxBits: NaN }, /maxBits must be/],
    ['maxBits 37', { ...easy, maxBits: 37 }, /maxBits must be a number from 0 to 36/],
  ])('refuses %s and says what is right', async (_, options, message) => {
    // @ts-expect-error -- what a caller without types may do
    const refused: unknown = await solve(options).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(SolverError)
    expect(refused).toMatchObject({ code: 'bad_input', message: expect.stringMatching(message) })
  })

  test.each<[string, SolveOptions]>([
    ['25 bits for one nonce', { challenge: 'x', target: '0000007f' }],
    ['24 bits for each of two', { challenge: 'x', target: '000000ff', count: 2 }],
    ['difficulty 8', { challenge: 'x', difficulty: 8 }],
    ['17 bits above a limit of 16', { challenge: 'x', target: '00007fff', maxBits: 16 }],
  ])('R35 refuses %s before any work, naming difficulty, limit and option', async (_, options) => {
    const heard: Progress[] = []
    await expect(solve({ ...options, onProgress: (progress) => heard.push(progress) })).rejects.toMatchObject(
      {
        name: 'SolverError',
        code: 'too_hard',
        message: expect.stringMatching(/bits of work; the limit is \d+\. .*maxBits/),
      },
    )
    expect(heard).toEqual([])
  })
})

describe('solve', () => {
  const text = fc.oneof(
    fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme-ascii' }),
    fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }),
    fc.constantFrom('é'.repeat(200), '🦊'.repeat(200), 'x'.repeat(100), '\u0000'),
  )
  // Odd shapes on purpose: neither whole hex digits nor whole bits.
  const target = fc.integer({ min: 0x01000000, max: 0xffffffff })

  test('finds the first good nonces of its width, as brute force with node:crypto does', async () => {
    await fc.assert(
      fc.asyncProperty(text, target, fc.integer({ min: 1, max: 16 }), async (challenge, limit, count) => {
        fc.pre(challenge.length > 0 && Array.from(challenge).length <= 200)
        const { nonces } = await solve({ challenge, target: limit.toString(16).padStart(8, '0'), count })
        expect(nonces).toEqual(bruteForce(challenge, limit, count, nonces[0]?.length ?? 0))
        expect(nonces.every((nonce) => NONCE_PATTERN.test(nonce))).toBe(true)
        expect(areDistinct(nonces)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test.each(Array.from({ length: 200 }, (_, i) => i + 1))('solves a text of %d bytes', async (length) => {
    const challenge = 'c'.repeat(length)
    const { nonces, hashes } = await solve({ challenge, target: '00ffffff' })
    expect(hashHead(challenge + nonces[0])).toBeLessThanOrEqual(0x00ffffff)
    expect(Number.parseInt(nonces[0] ?? '', 16)).toBe(hashes - 1)
  })

  test('takes 16 digits for a challenge of 100 characters, across changes of the outer digits', async () => {
    const challenge = 'A'.repeat(100)
    const { nonces } = await solve({ challenge, target: '0000ffff', count: 4 })
    expect(nonces.at(-1)).toMatch(/^0{8,}[0-9a-f]+$/)
    expect(Number.parseInt(nonces.at(-1) ?? '', 16)).toBeGreaterThan(0xffff)
    for (const nonce of nonces) {
      expect(nonce).toHaveLength(16)
      expect(hashHead(challenge + nonce)).toBeLessThanOrEqual(0xffff)
    }
  })

  test('R35 does work of exactly its limit', async () => {
    const { nonces } = await solve({ challenge: 'limit', target: '0000ffff', maxBits: 16 })
    expect(hashHead(`limit${nonces[0]}`)).toBeLessThanOrEqual(0x0000ffff)
  })

  test('takes a difficulty with a fraction', async () => {
    const { nonces } = await solve({ challenge: 'fraction', difficulty: 2.5 })
    expect(hashHead(`fraction${nonces[0]}`)).toBeLessThanOrEqual(0x003fffff)
  })

  test.each([0, 2])('gives up after maxHashes, exactly (%d workers)', async (workers) => {
    const heard: Progress[] = []
    const options = { ...ENDLESS, maxHashes: 1_000_001, workers, onProgress: heard.push.bind(heard) }
    await expect(solve(options)).rejects.toMatchObject({
      code: 'out_of_range',
      message: expect.stringContaining('1000001 hashes gave 0 of 1 nonces'),
    })
    expect(heard.at(-1)?.hashes ?? 0).toBeLessThanOrEqual(1_000_001)
  })

  test.each([0, 2])(
    'tells its progress, never going back, ten times a second at most (%d workers)',
    async (workers) => {
      const heard: Progress[] = []
      const startedAt = performance.now()
      const controller = new AbortController()
      const onProgress = (progress: Progress) => {
        if (heard.push(progress) === 4) controller.abort('enough seen')
      }
      const options = { ...ENDLESS, workers, signal: controller.signal, onProgress }
      await expect(solve(options)).rejects.toBe('enough seen')
      const tenths = (performance.now() - startedAt) / 100
      expect(heard.length).toBeGreaterThanOrEqual(4)
      expect(heard.length).toBeLessThanOrEqual(tenths + 1)
      for (const [i, { hashes, elapsedMs, hashesPerSecond, expectedHashes, expectedMs }] of heard.entries()) {
        expect(hashes).toBeGreaterThan(heard[i - 1]?.hashes ?? 0)
        expect(elapsedMs).toBeGreaterThan(heard[i - 1]?.elapsedMs ?? 0)
        expect((hashesPerSecond * elapsedMs) / (hashes * 1000)).toBeCloseTo(1, 1)
        expect(expectedHashes).toBe(2 ** 32)
        expect((expectedMs * hashesPerSecond) / (1000 * expectedHashes)).toBeCloseTo(1, 6)
      }
    },
  )

  test('ends with what onProgress throws', async () => {
    const solving = solve({
      ...ENDLESS,
      onProgress: () => {
        throw new Error('enough')
      },
    })
    await expect(solving).rejects.toThrow('enough')
  })
})

describe('solve, aborted', () => {
  test('rejects with the reason at once when the signal is already aborted', async () => {
    await expect(solve({ ...ENDLESS, signal: AbortSignal.abort('no time') })).rejects.toBe('no time')
  })

  test.each([0, 2])('stops and leaves the thread responsive meanwhile (%d workers)', async (workers) => {
    const controller = new AbortController()
    const reason = new Error('stop')
    let ticks = 0
    // The thread that searches has to let these through, one after the other.
    const ticking = setInterval(() => {
      ticks += 1
      if (ticks === 20) controller.abort(reason)
    }, 5)
    await expect(solve({ ...ENDLESS, workers, signal: controller.signal })).rejects.toBe(reason)
    clearInterval(ticking)
    expect(ticks).toBeGreaterThanOrEqual(20)
  })
})

function bruteForce(challenge: string, target: number, count: number, width: number): string[] {
  const found: string[] = []
  for (let i = 0; found.length < count; i++) {
    const nonce = i.toString(16).padStart(width, '0')
    if (hashHead(challenge + nonce) <= target) found.push(nonce)
  }
  return found
}
