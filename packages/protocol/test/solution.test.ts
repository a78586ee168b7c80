import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { areDistinct, formatSolution, NONCE_PATTERN, parseSolution, solves } from '@turnpike/protocol'
import * as fc from 'fast-check'

const CHALLENGE =
  'EadEAAD__2tJ0gABLAECQEFCQ0RFRkdISUpLTE1OT2BhYmNkZWZnaGlqa4CBgoOEhYaHiImKi8DBwsPExcbHyMnKy8zNzs_Q0dLT'

const digit = fc.constantFrom(...Array.from('0123456789abcdef'))
const anyNonce = fc.string({ unit: digit, minLength: 1, maxLength: 32 })
const anyChallengeText = fc.string({
  unit: fc.constantFrom(...Array.from('AZaz09-_')),
  minLength: 100,
  maxLength: 100,
})

/** What a shell prints: `printf %s%s "$c" "$n" | sha256sum`, the first 8 digits. */
const shellDigest = (challenge: string, nonce: string): string =>
  execFileSync('sh', ['-c', 'printf %s%s "$1" "$2" | sha256sum', 'sh', challenge, nonce], {
    encoding: 'utf8',
  }).slice(0, 8)

describe('solution', () => {
  test.each([
    ['nothing', ''],
    ['a challenge alone', `challenge=${CHALLENGE}`],
    ['a nonce alone', 'nonce=1a'],
    ['an empty nonce', `challenge=${CHALLENGE},nonce=`],
    ['a short challenge', `challenge=${CHALLENGE.slice(1)},nonce=1a`],
    ['a long challenge', `challenge=${CHALLENGE}A,nonce=1a`],
    ['an upper-case nonce', `challenge=${CHALLENGE},nonce=1A`],
    ['a nonce of 33 digits', `challenge=${CHALLENGE},nonce=${'0'.repeat(33)}`],
    ['17 nonces', `challenge=${CHALLENGE},nonce=${'1.'.repeat(16)}1`],
    ['an empty nonce among others', `challenge=${CHALLENGE},nonce=1..2`],
    ['a dot at the end', `challenge=${CHALLENGE},nonce=1.`],
    ['a further parameter', `challenge=${CHALLENGE},nonce=1,x=y`],
    ['the parameters swapped', `nonce=1,challenge=${CHALLENGE}`],
    ['one quote', `challenge="${CHALLENGE},nonce=1`],
    ['a quote around both', `challenge="${CHALLENGE},nonce=1"`],
    ['a line end', `challenge=${CHALLENGE},nonce=1\n`],
    ['its scheme still before it', `PoW challenge=${CHALLENGE},nonce=1`],
    ['two solutions in one field', `challenge=${CHALLENGE},nonce=1, challenge=${CHALLENGE},nonce=2`],
    ['more than 1,200 characters', `challenge=${CHALLENGE},${' '.repeat(1100)}nonce=1`],
  ])('is refused: %s', (_, text) => {
    expect(parseSolution(text)).toBeUndefined()
  })

  test.each([
    ['as the header has it', `challenge=${CHALLENGE},nonce=1a.2b`],
    ['with blanks after the comma', `challenge=${CHALLENGE}, \tnonce=1a.2b`],
    ['with quoted values', `challenge="${CHALLENGE}", nonce="1a.2b"`],
    ['with one value quoted', `challenge="${CHALLENGE}",nonce=1a.2b`],
  ])('is read %s', (_, text) => {
    expect(parseSolution(text)).toEqual({ challenge: CHALLENGE, nonces: ['1a', '2b'] })
  })

  test('becomes text and back, up to 16 nonces of 32 digits', () => {
    fc.assert(
      fc.property(
        anyChallengeText,
        fc.array(anyNonce, { minLength: 1, maxLength: 16 }),
        (challenge, nonces) => {
          expect(parseSolution(formatSolution({ challenge, nonces }))).toEqual({ challenge, nonces })
        },
      ),
    )
  })

  test('is parsed from any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (before, after) => {
        expect(() => parseSolution(`${before}challenge=${CHALLENGE},nonce=${after}`)).not.toThrow()
      }),
    )
  })
})

describe('nonces', () => {
  test.each([
    [['1', '1'], false],
    [['2', '1'], false],
    [['1', '2', '2'], false],
    [['9', '10'], false],
    [['1'], true],
    [['10', '9'], true],
    [['01', '1'], true],
    [['1', '1a', '1b'], true],
  ])('%j are strictly ascending texts: %s', (nonces, distinct) => {
    expect(areDistinct(nonces)).toBe(distinct)
  })

  test.each(['', 'A', '0x1', ' 1', '1\n', 'g', '0'.repeat(33)])('%j is none', (text) => {
    expect(text).not.toMatch(NONCE_PATTERN)
  })
})

describe('work', () => {
  test.each(['0', '1a2b3', 'f'.repeat(32)])('is judged as the shell does it, nonce %s', (nonce) => {
    const word = Number.parseInt(shellDigest(CHALLENGE, nonce), 16)
    expect(solves(CHALLENGE, nonce, word)).toBe(true)
    expect(solves(CHALLENGE, nonce, word - 1)).toBe(false)
  })

  test('is judged by the first 32 bits of SHA-256 for every text, one call not touching the next', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), anyNonce, (challenge, nonce) => {
        const word = createHash('sha256')
          .update(challenge + nonce)
          .digest()
          .readUInt32BE()
        expect(solves(challenge, nonce, word)).toBe(true)
        expect(solves(challenge, nonce, word - 1)).toBe(false)
      }),
    )
  })

  test('is judged over the whole text, however long', () => {
    const challenge = 'é'.repeat(400)
    const word = createHash('sha256').update(`${challenge}1a`).digest().readUInt32BE()
    expect(solves(challenge, '1a', word)).toBe(true)
    expect(solves(challenge, '1a', word - 1)).toBe(false)
  })

  test('of difficulty 2 is found by counting', () => {
    let nonce = 0
    while (!solves(CHALLENGE, nonce.toString(16), 0x00ffffff)) nonce += 1
    expect(shellDigest(CHALLENGE, nonce.toString(16))).toMatch(/^00/)
  })
})
