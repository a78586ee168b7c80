import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { portableDigest, runtimeDigest } from '../src/digest.ts'

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new TextEncoder().encode(text)

/** FIPS 180-4 examples, and what one block can just not hold. */
const MESSAGES = [
  '',
  'abc',
  'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
  'ü€𝄞',
  'x'.repeat(2000),
]

describe('digest', () => {
  test.each(MESSAGES)('of %j is the same by the runtime and without it, of text and of bytes', (message) => {
    const runtime = runtimeDigest()
    if (runtime === undefined) throw new Error('Node has one')
    const expected = createHash('sha256').update(message).digest('hex')
    for (const digestInto of [portableDigest, runtime]) {
      for (const form of [message, bytes(message)]) {
        const to = new Uint8Array(40).fill(9)
        digestInto(form, to, 4)
        expect(hexOf(to)).toBe(`09090909${expected}09090909`)
      }
    }
  })
})
