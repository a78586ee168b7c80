import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { countedAddress } from '../src/address.ts'

const idOf = (text: string, bits = 64) => countedAddress(text, bits)?.id

describe('an address', () => {
  test.each([
    '',
    'unknown',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.4:port',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '::1.2.3',
    '::1.2.3.400',
    'x'.repeat(10_000),
  ])('%j is none', (text) => {
    expect(countedAddress(text, 64)).toBeUndefined()
  })

  test.each([
    ['1.2.3.4', '1.2.3.4', '1.2.3.0/24'],
    [' 1.2.3.4 ', '1.2.3.4', '1.2.3.0/24'],
    ['1.2.3.4:5678', '1.2.3.4', '1.2.3.0/24'],
    ['::ffff:1.2.3.4', '1.2.3.4', '1.2.3.0/24'],
    ['::FFFF:102:304', '1.2.3.4', '1.2.3.0/24'],
    ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4', '1.2.3.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:0:0:0:0/64', '2001:db8:1:0:0:0:0:0/48'],
    ['2001:DB8:1:2::', '2001:db8:1:2:0:0:0:0/64', '2001:db8:1:0:0:0:0:0/48'],
    ['[2001:db8::1]', '2001:db8:0:0:0:0:0:0/64', '2001:db8:0:0:0:0:0:0/48'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:0/64', 'fe80:0:0:0:0:0:0:0/48'],
    ['::1', '0:0:0:0:0:0:0:0/64', '0:0:0:0:0:0:0:0/48'],
  ])('%j counts as %s below %s (R8)', (text, id, subject) => {
    expect(countedAddress(text, 64)).toEqual({ id, subject })
  })

  test('of one /64 is one caller, of two is two', () => {
    expect(idOf('2001:db8:1:2::5')).toBe(idOf('2001:db8:1:2:ffff::9'))
    expect(idOf('2001:db8:1:2::5')).not.toBe(idOf('2001:db8:1:3::5'))
    expect(idOf('2001:db8:1:20::5', 56)).toBe(idOf('2001:db8:1:2f::5', 56))
    expect(idOf('2001:db8::1', 128)).not.toBe(idOf('2001:db8::2', 128))
  })

  test('in any text never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void countedAddress(text, 64)))
    fc.assert(fc.property(fc.stringMatching(/^[0-9a-f:.%[\]]*$/), (text) => void countedAddress(text, 64)))
  })

  test('is the same however it is spelt', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.boolean(), (text, upper) => {
        expect(idOf(upper ? text.toUpperCase() : text, 128)).toBe(idOf(`[${text}]`, 128))
        expect(idOf(text, 128)).toBeDefined()
      }),
    )
    fc.assert(fc.property(fc.ipV4(), (text) => expect(idOf(`::ffff:${text}`)).toBe(text)))
  })
})
