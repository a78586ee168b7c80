import { createHmac as nodeHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { createHmac } from '@turnpike/protocol'
import * as fc from 'fast-check'
import { hmac } from '../src/hmac.ts'

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new TextEncoder().encode(text)

describe('HMAC', () => {
  test('refuses a key of more than a block, which would have to be hashed first', () => {
    expect(() => createHmac(new Uint8Array(65))).toThrow(RangeError)
    expect(() => hmac(new Uint8Array(65), bytes(''))).toThrow(RangeError)
  })

  test('is that of RFC 4231, test case 2', () => {
    const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    expect(hexOf(hmac(bytes('Jefe'), bytes('what do ya want for nothing?')))).toBe(mac)
  })

  test('of one key for many messages, and of many keys, agrees with the runtime', () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 64 })
    fc.assert(
      fc.property(key, fc.array(fc.uint8Array({ maxLength: 1200 }), { maxLength: 4 }), (secret, messages) => {
        const keyed = createHmac(secret)
        const macs = messages.map(keyed)
        expect(macs.map(hexOf)).toEqual(
          messages.map((message) => nodeHmac('sha256', secret).update(message).digest('hex')),
        )
        expect(messages.map((message) => hexOf(hmac(secret, message)))).toEqual(macs.map(hexOf))
      }),
    )
  })
})
