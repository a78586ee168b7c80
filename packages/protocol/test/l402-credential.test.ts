import { describe, expect, test } from '@jest/globals'
import {
  encodeBase64,
  formatL402Credential,
  parseAuthorization,
  parseL402Credentials,
} from '@turnpike/protocol'
import * as fc from 'fast-check'

const MACAROON = 'AgEEbHNhdAJCAAAA6Yhnfuz5TAu5IzNxx8DW9NuOvc3st8XrqmZvFySSJw=='
const PREIMAGE = 'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf'
const ONE = [{ macaroon: MACAROON, preimage: PREIMAGE }]

/** As the gate reads `Authorization`: scheme by scheme. */
function credentialsIn(field: string) {
  return parseAuthorization(field)
    .filter(({ scheme }) => scheme === 'l402' || scheme === 'lsat')
    .map(({ credentials }) => parseL402Credentials(credentials))
}

describe('L402 credential', () => {
  test.each([
    ['nothing', ''],
    ['no colon', MACAROON],
    ['no macaroon', `:${PREIMAGE}`],
    ['a preimage of 63 digits', `${MACAROON}:${PREIMAGE.slice(1)}`],
    ['a preimage of 65 digits', `${MACAROON}:${PREIMAGE}0`],
    ['a preimage that is no hex', `${MACAROON}:${'g'.repeat(64)}`],
    ['something after the preimage', `${MACAROON}:${PREIMAGE} x`],
    ['two preimages', `${MACAROON}:${PREIMAGE}:${PREIMAGE}`],
    ['a macaroon with a foreign character', `${MACAROON}!:${PREIMAGE}`],
    ['a macaroon of more than 4096 bytes', `${'A'.repeat(5463)}:${PREIMAGE}`],
    ['five macaroons', `${Array(5).fill(MACAROON).join(',')}:${PREIMAGE}`],
    ['an empty macaroon among others', `${MACAROON},:${PREIMAGE}`],
    ['more than 8192 characters', `${'A'.repeat(5000)},${'A'.repeat(5000)}:${PREIMAGE}`],
  ])('with %s is none', (_, text) => {
    expect(parseL402Credentials(text)).toEqual([])
  })

  test.each([
    ['as specified', `L402 ${MACAROON}:${PREIMAGE}`],
    ['of the first name', `LSAT ${MACAROON}:${PREIMAGE}`],
    ['in lower case', `l402 ${MACAROON}:${PREIMAGE}`],
    ['in mixed case', `Lsat ${MACAROON}:${PREIMAGE}`],
    ['with a preimage in upper case', `L402 ${MACAROON}:${PREIMAGE.toUpperCase()}`],
    ['with more blanks', `L402   ${MACAROON}: ${PREIMAGE} `],
  ])('in Authorization is read %s', (_, field) => {
    expect(credentialsIn(field)).toEqual([ONE])
  })

  test('is found in both Authorization lines of Aperture clients, and beside a Bearer', () => {
    const both = `LSAT ${MACAROON}:${PREIMAGE}, L402 ${MACAROON}:${PREIMAGE}`
    expect(credentialsIn(both)).toEqual([ONE, ONE])
    expect(credentialsIn(`Bearer abc, L402 ${MACAROON}:${PREIMAGE}`)).toEqual([ONE])
  })

  test('may have several macaroons for one preimage, four at most', () => {
    expect(parseL402Credentials(`${Array(4).fill(MACAROON).join(',')}:${PREIMAGE}`)).toHaveLength(4)
    expect(parseL402Credentials(`${MACAROON},AAAA:${PREIMAGE}`)).toEqual([
      ...ONE,
      { macaroon: 'AAAA', preimage: PREIMAGE },
    ])
    expect(credentialsIn(`L402 ${MACAROON},AAAA:${PREIMAGE}`)[0]).toHaveLength(2)
  })

  test('without a preimage is an offer that was not paid', () => {
    expect(parseL402Credentials(`${MACAROON}:`)).toEqual([{ macaroon: MACAROON, preimage: undefined }])
    expect(credentialsIn(`L402 ${MACAROON}:`)).toEqual([[{ macaroon: MACAROON, preimage: undefined }]])
  })

  test('in X-L402 may name its scheme or not', () => {
    for (const text of [`${MACAROON}:${PREIMAGE}`, `L402 ${MACAROON}:${PREIMAGE}`]) {
      expect(parseL402Credentials(text)).toEqual(ONE)
    }
  })

  test.each(['L402', 'LSAT'] as const)('is written under the name %s, as the server called it', (scheme) => {
    const text = formatL402Credential({ scheme, token: MACAROON }, PREIMAGE)
    expect(text).toBe(`${scheme} ${MACAROON}:${PREIMAGE}`)
    expect(credentialsIn(text)).toEqual([ONE])
  })

  test('becomes text and back, whatever its macaroon', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(bytes, fc.uint8Array({ minLength: 32, maxLength: 32 }), (macaroon, secret) => {
        const [token, preimage] = [encodeBase64(macaroon), Buffer.from(secret).toString('hex')]
        const text = formatL402Credential({ scheme: 'L402', token }, preimage)
        expect(parseL402Credentials(text)).toEqual([{ macaroon: token, preimage }])
      }),
    )
  })

  test('never throws, and a macaroon is never more than base64', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), fc.boolean(), (text, isPaid) => {
        for (const one of parseL402Credentials(`${text}:${isPaid ? PREIMAGE : ''}`)) {
          expect(one.macaroon).toMatch(/^[A-Za-z0-9+/_-]+={0,2}$/)
        }
      }),
    )
  })
})
