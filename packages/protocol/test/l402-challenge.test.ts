import { describe, expect, test } from '@jest/globals'
import { formatL402Challenge, parseL402Challenge, parseWwwAuthenticate } from '@turnpike/protocol'
import { CHALLENGE_HEADERS } from './challenge-headers.ts'

const INVOICE = 'lnbc100n1pqqqq'
const POW = 'PoW challenge="AAAA", difficulty="4", target="0000ffff", count="1"'

/** All that a client would take for an L402 challenge. */
function read(header: string) {
  return parseWwwAuthenticate(header)
    .map(parseL402Challenge)
    .filter((challenge) => challenge !== undefined)
}

describe('L402 challenge', () => {
  test.each([
    ['no token', `L402 invoice="${INVOICE}"`],
    ['an empty token', `L402 macaroon="", invoice="${INVOICE}"`],
    ['a token that would end the credential', `L402 macaroon="AA:BB", invoice="${INVOICE}"`],
    ['a token that would end the field', `L402 macaroon="AA\nX-Own: 1", invoice="${INVOICE}"`],
    ['a token of more than 8,192 characters', `L402 macaroon="${'A'.repeat(8193)}", invoice="${INVOICE}"`],
    ['two different tokens', `L402 macaroon="AAAA", token="BBBB", invoice="${INVOICE}"`],
    ['an invoice that is none', `L402 macaroon="AAAA", invoice="bitcoin:abc"`],
    ['another scheme, its parameters alike', `Token token="AAAA", invoice="${INVOICE}"`],
    ['an L402 challenge inside quotes', `Basic realm="L402 macaroon=AAAA, invoice=${INVOICE}"`],
  ])('is none with %s', (_, header) => {
    expect(read(header)).toEqual([])
  })

  test.each(CHALLENGE_HEADERS)('is read as other servers send it: $name', ({ header, expect: expected }) => {
    const scheme = header.startsWith('LSAT') ? 'LSAT' : 'L402'
    expect(read(header)).toEqual(expected === null ? [] : [{ scheme, ...expected }])
  })

  test.each([
    [
      'no comma after the version (Alby)',
      `L402 version="0" token="e30.ab12", invoice="${INVOICE}"`,
      'e30.ab12',
    ],
    ['no commas at all', `L402 macaroon="AAAA"  invoice="${INVOICE}"`, 'AAAA'],
    ['no blank after the comma', `L402 macaroon="AAAA",invoice="${INVOICE}"`, 'AAAA'],
    ['a parameter of later times', `L402 macaroon="AAAA", invoice="${INVOICE}", pow="20"`, 'AAAA'],
    [
      'our own line after it',
      `L402 macaroon="AA==", invoice="${INVOICE}", version="0", token="AA==", ${POW}`,
      'AA==',
    ],
    ['our own line before it', `${POW}, L402 macaroon="AAAA", invoice="${INVOICE}"`, 'AAAA'],
    [
      'another scheme with parameters of the same names',
      `Payment token="evil", invoice="lnbc9", L402 macaroon="AAAA", invoice="${INVOICE}"`,
      'AAAA',
    ],
  ])('is read with %s', (_, header, token) => {
    expect(read(header)).toEqual([{ scheme: 'L402', token, invoice: INVOICE }])
  })

  test('is read twice where a server sends its old name, too', () => {
    const rest = `macaroon="AAAA", invoice="${INVOICE}"`
    expect(read(`LSAT ${rest}, L402 ${rest}`).map(({ scheme }) => scheme)).toEqual(['LSAT', 'L402'])
  })

  test('keeps the name that the server used', () => {
    expect(read(`lsat macaroon="AAAA", invoice="${INVOICE}"`)[0]?.scheme).toBe('LSAT')
  })
})

describe('L402 challenge of ours', () => {
  test('has the form that every known client reads, and reads back', () => {
    const vector = CHALLENGE_HEADERS.find(({ name }) => name.startsWith('union form'))
    const { token, invoice } = vector?.expect ?? { token: '', invoice: '' }
    const header = formatL402Challenge({ macaroon: token, invoice })
    expect(header).toBe(vector?.header)
    expect(read(header)).toEqual([{ scheme: 'L402', token, invoice }])
  })

  // Their regular expressions, where an order or a blank decides (lnget, Aperture's client).
  test.each([/^L402 macaroon="(.*?)", invoice="(.*?)"/, /^L402 macaroon="(.*?)",\s*invoice="(.*?)"/])(
    'is found by %s',
    (pattern) => {
      const header = formatL402Challenge({ macaroon: 'AA==', invoice: INVOICE })
      expect(pattern.exec(header)?.slice(1)).toEqual(['AA==', INVOICE])
    },
  )
})
