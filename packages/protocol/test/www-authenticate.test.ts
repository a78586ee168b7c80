import { describe, expect, test } from '@jest/globals'
import { formatPowChallenge, parsePowChallenge, parseWwwAuthenticate } from '@turnpike/protocol'
import * as fc from 'fast-check'
import { CHALLENGE_HEADERS } from './challenge-headers.ts'
import { anyPowOffer, POW } from './sample-offer.ts'

const FIELD = `PoW challenge="${POW.challenge}", difficulty="4", target="0000ffff", count="1", algorithm="sha256", expires="1800000000"`

describe('WWW-Authenticate', () => {
  test.each<[string, string, readonly object[]]>([
    ['nothing', '', []],
    ['blanks and commas', ' ,\t, ,', []],
    ['a parameter without a scheme', 'realm="x", Basic', [{ scheme: 'basic', params: {} }]],
    ['an equals sign', '=', []],
    ['a quote that never ends', 'Basic realm="x, L402 invoice=1', [{ scheme: 'basic', params: {} }]],
    ['an escape at the end', 'Basic realm="x\\', [{ scheme: 'basic', params: {} }]],
    ['quotes where a scheme should be', '"a, b", Basic', [{ scheme: 'basic', params: {} }]],
    [
      'quotes where a parameter should be',
      'Basic "a, b" x, Digest',
      [
        { scheme: 'basic', params: {} },
        { scheme: 'digest', params: {} },
      ],
    ],
    ['no value', 'Basic a=1, realm=, b=2', [{ scheme: 'basic', params: { a: '1', b: '2' } }]],
    ['more than 16,384 characters', `Basic realm="${'x'.repeat(16_384)}"`, []],
  ])('is read as far as it goes with %s', (_, header, expected) => {
    expect(parseWwwAuthenticate(header)).toEqual(expected)
  })

  test.each<[string, string, readonly object[]]>([
    ['a scheme alone', 'Negotiate', [{ scheme: 'negotiate', params: {} }]],
    ['token68', 'Negotiate YWJj/+==', [{ scheme: 'negotiate', params: {}, token68: 'YWJj/+==' }]],
    [
      'token68, then another scheme',
      'Negotiate YQ== , Basic realm="x"',
      [
        { scheme: 'negotiate', params: {}, token68: 'YQ==' },
        { scheme: 'basic', params: { realm: 'x' } },
      ],
    ],
    [
      'two schemes',
      'Basic realm="a", Digest realm="b", qop="auth"',
      [
        { scheme: 'basic', params: { realm: 'a' } },
        { scheme: 'digest', params: { realm: 'b', qop: 'auth' } },
      ],
    ],
    ['blanks around the equals sign', 'Basic realm \t= "a"', [{ scheme: 'basic', params: { realm: 'a' } }]],
    [
      'empty list elements',
      ',, Basic realm="a",, x=1,',
      [{ scheme: 'basic', params: { realm: 'a', x: '1' } }],
    ],
    ['upper-case names', 'BASIC REALM="A"', [{ scheme: 'basic', params: { realm: 'A' } }]],
    [
      'escapes',
      String.raw`Basic realm="a\"b\\c\d"`,
      [{ scheme: 'basic', params: { realm: String.raw`a"b\cd` } }],
    ],
    [
      'a challenge inside quotes',
      'Basic realm="x, L402 invoice=1"',
      [{ scheme: 'basic', params: { realm: 'x, L402 invoice=1' } }],
    ],
    ['a parameter twice: the first counts', 'Basic a=1, a=2', [{ scheme: 'basic', params: { a: '1' } }]],
    ['junk after a value', 'Basic a="1"x, b=2', [{ scheme: 'basic', params: { a: '1', b: '2' } }]],
  ])('is read with %s', (_, header, expected) => {
    expect(parseWwwAuthenticate(header)).toEqual(expected)
  })

  test.each(CHALLENGE_HEADERS)(
    'is read in the form of L402 servers: $name',
    ({ header, expect: expected }) => {
      const l402 = parseWwwAuthenticate(header).find(({ scheme }) => scheme === 'l402' || scheme === 'lsat')
      const token = l402?.params['token'] ?? l402?.params['macaroon']
      const invoice = l402?.params['invoice']
      expect(token === undefined || invoice === undefined ? null : { token, invoice }).toEqual(expected)
    },
  )

  test('has parameters that inherit nothing', () => {
    const [challenge] = parseWwwAuthenticate('Basic __proto__="x"')
    expect(Object.entries(challenge!.params)).toEqual([['__proto__', 'x']])
    expect(challenge!.params['constructor']).toBeUndefined()
  })

  test('is read from any text without throwing, and all of it soon', () => {
    const piece = fc.constantFrom('"', '\\', ',', ' ', '=', '==', 'a', 'Basic ', 'realm="x"', 'é', '\n')
    fc.assert(
      fc.property(fc.string({ unit: piece, maxLength: 60 }), (header) => {
        expect(Array.isArray(parseWwwAuthenticate(header))).toBe(true)
        expect(Array.isArray(parseWwwAuthenticate(header.repeat(40)))).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('gives back every parameter that was quoted into it', () => {
    const printable = fc.string({ maxLength: 20 })
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '7'), minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.dictionary(name, printable, { minKeys: 1, noNullPrototype: true }), (params) => {
        const quoted = Object.entries(params).map(
          ([key, value]) => `${key}="${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`,
        )
        const header = `Basic, Test ${quoted.join(', ')}, Other`
        expect(parseWwwAuthenticate(header)).toEqual([
          { scheme: 'basic', params: {} },
          { scheme: 'test', params },
          { scheme: 'other', params: {} },
        ])
      }),
    )
  })
})

describe('PoW challenge', () => {
  test.each([
    ['another scheme', FIELD.replace('PoW', 'L402')],
    ['no challenge', FIELD.replace('challenge=', 'c=')],
    ['a short challenge', FIELD.replace(POW.challenge, POW.challenge.slice(1))],
    ['no target', FIELD.replace('target=', 't=')],
    ['a target that is not hex', FIELD.replace('0000ffff', '0000fffg')],
    ['no count', FIELD.replace('count=', 'c=')],
    ['17 nonces', FIELD.replace('count="1"', 'count="17"')],
    ['a count that is not decimal', FIELD.replace('count="1"', 'count="0x1"')],
    ['another algorithm', FIELD.replace('sha256', 'hashwx')],
    ['no expiry', FIELD.replace('expires=', 'e=')],
    ['an expiry that is a date', FIELD.replace('1800000000', '2027-01-15')],
  ])('is refused with %s', (_, field) => {
    expect(parsePowChallenge(parseWwwAuthenticate(field)[0]!)).toBeUndefined()
  })

  test('is written in the form of docs/protocol.md', () => {
    expect(formatPowChallenge(POW)).toBe(FIELD)
  })

  test('is found among other schemes in one field', () => {
    const header = `L402 macaroon="AA", invoice="lnbc1", ${FIELD}, Bearer realm="x"`
    const pow = parseWwwAuthenticate(header).find(({ scheme }) => scheme === 'pow')
    expect(parsePowChallenge(pow!)).toEqual(POW)
  })

  test('becomes text and back, whatever it asks for', () => {
    fc.assert(
      fc.property(anyPowOffer, (offer) => {
        expect(parseWwwAuthenticate(formatPowChallenge(offer)).map(parsePowChallenge)).toEqual([offer])
      }),
    )
  })

  test('claims no work but what its target asks for', () => {
    const hostile = FIELD.replace('0000ffff', '00000000').replace('difficulty="4"', 'difficulty="1"')
    expect(parsePowChallenge(parseWwwAuthenticate(hostile)[0]!)).toMatchObject({
      difficulty: 8,
      expectedHashes: 2 ** 32,
    })
  })
})
