import { PaymentError } from '@turnpike/client'
import { readInvoice } from '@turnpike/lightning'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { GENERATED, SPECIFIED } from './invoice-vectors.ts'
import { bytesField, featureField, type InvoiceField, numberField, writeInvoice } from '@turnpike/testkit'

const HASH = '0001020304050607080900010203040506070809000102030405060708090102'
const MADE_AT = 1_790_000_000
const TEXT = new TextEncoder()
const PAYMENT_HASH = bytesField(1, Buffer.from(HASH, 'hex'))
const OTHER_HASH = bytesField(1, new Uint8Array(32))
const SECRET = bytesField(16, new Uint8Array(32))
const MEMO = bytesField(13, TEXT.encode('my-api'))
const MEMO_HASH = bytesField(23, new Uint8Array(32))
const FIELDS = [PAYMENT_HASH, SECRET, MEMO]

function invoiceWith(...fields: readonly InvoiceField[]): string {
  return writeInvoice('lnbcrt100n', MADE_AT, fields)
}

function invoiceOver(amount: string): string {
  return writeInvoice(`lnbcrt${amount}`, MADE_AT, FIELDS)
}

function codeOf(text: string): string | undefined {
  try {
    readInvoice(text)
    return undefined
  } catch (error) {
    if (!(error instanceof PaymentError)) throw error
    return `${error.code}: ${error.message}`
  }
}

describe('readInvoice', () => {
  test.each(SPECIFIED.filter(({ refused }) => refused !== undefined))(
    'refuses what BOLT 11 has as "$title"',
    ({ invoice, refused }) => {
      expect(codeOf(invoice)).toContain(refused)
    },
  )

  test.each<[string, string, string]>([
    ['nothing', '', 'bech32'],
    ['blanks around it', ` ${invoiceWith(...FIELDS)} `, 'bech32'],
    ['a URI of it', `lightning:${invoiceWith(...FIELDS)}`, 'bech32'],
    ['both cases', invoiceWith(...FIELDS).replace('bcrt', 'BCRT'), 'bech32'],
    // The sign for kelvin lowers to k, and is its own upper case.
    [
      'a letter that lowers to another',
      invoiceWith(...FIELDS)
        .toUpperCase()
        .replace('K', '\u212A'),
      'bech32',
    ],
    ['more than a wallet would read', `lnbcrt100n1${'q'.repeat(7100)}`, 'more than 7089'],
    ['a wrong checksum', `${invoiceWith(...FIELDS).slice(0, -1)}q`, 'checksum'],
    ['an open amount', invoiceOver(''), 'leaves the amount open'],
    ['an amount of nothing', invoiceOver('0n'), 'prefix'],
    ['an amount with a leading zero', invoiceOver('010n'), 'prefix'],
    ['an amount with an unknown multiplier', invoiceOver('10k'), 'prefix'],
    ['part of a millisatoshi', invoiceOver('15p'), 'parts of a millisatoshi'],
    ['more than a number can hold', invoiceOver('90072'), 'too large'],
    ['no payment hash', invoiceWith(SECRET, MEMO), 'no payment hash'],
    ['no payment secret', invoiceWith(PAYMENT_HASH, MEMO), 'no payment secret'],
    ['two payment hashes', invoiceWith(...FIELDS, OTHER_HASH), 'twice'],
    ['two payment secrets', invoiceWith(...FIELDS, SECRET), 'twice'],
    ['a short payment hash', invoiceWith({ tag: 1, words: [1, 2] }, ...FIELDS.slice(1)), 'length'],
    ['a long payment secret', invoiceWith(PAYMENT_HASH, MEMO, bytesField(16, new Uint8Array(33))), 'length'],
    ['two lifetimes', invoiceWith(...FIELDS, numberField(6, 60), numberField(6, 600)), 'twice'],
    ['a lifetime beyond all dates', invoiceWith(...FIELDS, numberField(6, 1, 11)), 'too far'],
    ['neither a memo nor the hash of one', invoiceWith(PAYMENT_HASH, SECRET), 'either a memo'],
    ['a memo and the hash of one', invoiceWith(...FIELDS, MEMO_HASH), 'either a memo'],
    [
      'a memo that is no text',
      invoiceWith(PAYMENT_HASH, SECRET, bytesField(13, Buffer.from('ff', 'hex'))),
      'invalid',
    ],
    [
      'feature 30, which changes how it is paid',
      invoiceWith(...FIELDS, featureField(30)),
      'demands feature 30',
    ],
    [
      'feature 0, which is none of invoices',
      invoiceWith(...FIELDS, featureField(0, 14)),
      'demands feature 0',
    ],
    ['two sets of features', invoiceWith(...FIELDS, featureField(14), featureField(14)), 'twice'],
    [
      'another payee than it is signed by',
      invoiceWith(...FIELDS, bytesField(19, new Uint8Array(33))),
      'payee',
    ],
    ['a field that is cut short', invoiceWith(...FIELDS, { tag: 2, words: [], claimed: 7 }), 'cut short'],
  ])('refuses %s', (_, text, reason) => {
    expect(codeOf(text)).toMatch(/^invoice_invalid: /)
    expect(codeOf(text)).toContain(reason)
  })

  test('refuses networks whose coins are none', () => {
    const simnet = GENERATED.filter(({ network }) => network === undefined)
    expect(simnet.length).toBeGreaterThan(0)
    for (const { invoice } of simnet) expect(codeOf(invoice)).toContain('prefix')
  })

  test.each(SPECIFIED.filter(({ refused }) => refused === undefined))(
    'reads what BOLT 11 has as "$title"',
    ({ invoice, amountMsat, network, memo, expirySeconds = 3600 }) => {
      const read = readInvoice(invoice)
      expect(read).toMatchObject({ amountMsat, network, expirySeconds })
      expect(read.invoice).toBe(invoice.toLowerCase())
      expect(read.memo).toBe(memo)
    },
  )

  test.each(GENERATED.filter(({ network }) => network !== undefined))(
    'reads $amountMsat msat on $network',
    ({ invoice, ...terms }) => {
      const read = { ...terms, expirySeconds: 600, expiresAtMs: 1_790_000_600_000 }
      expect(readInvoice(invoice)).toEqual({ ...read, invoice, memo: 'L402 test' })
      expect(readInvoice(invoice.toUpperCase())).toEqual({ ...read, invoice, memo: 'L402 test' })
    },
  )

  test('takes features that are only offered, or known', () => {
    expect(codeOf(invoiceWith(...FIELDS, featureField(8, 14, 16, 24, 31, 48, 101, 262)))).toBeUndefined()
  })

  test('takes the hash of a memo for one, and passes over fields that it does not know', () => {
    const read = readInvoice(invoiceWith(PAYMENT_HASH, SECRET, MEMO_HASH, { tag: 2, words: [1, 2, 3] }))
    expect(read.memo).toBeUndefined()
    expect(read.paymentHash).toBe(HASH)
  })

  test('leaves a memo as it is', () => {
    const memo = '\uFEFF my\tapi\u0000'
    expect(readInvoice(invoiceWith(PAYMENT_HASH, SECRET, bytesField(13, TEXT.encode(memo)))).memo).toBe(memo)
  })

  test('takes the amount from the prefix, up to the last 1', () => {
    for (const [amount, msat] of AMOUNTS) expect(readInvoice(invoiceOver(amount)).amountMsat).toBe(msat)
  })

  test('reads back whatever is written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 ** 12 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.string({ unit: 'grapheme', maxLength: 100 }),
        fc.integer({ min: 1, max: 2 ** 31 }),
        (msat, hash, memo, expirySeconds) => {
          const fields = [
            bytesField(1, hash),
            SECRET,
            bytesField(13, TEXT.encode(memo)),
            numberField(6, expirySeconds),
          ]
          expect(readInvoice(writeInvoice(`lnbcrt${msat}0p`, MADE_AT, fields))).toMatchObject({
            amountMsat: msat,
            paymentHash: Buffer.from(hash).toString('hex'),
            network: 'regtest',
            memo,
            expirySeconds,
            expiresAtMs: (MADE_AT + expirySeconds) * 1000,
          })
        },
      ),
      { numRuns: 100 },
    )
  })

  test('no change of one letter gets through', () => {
    const invoice = invoiceWith(...FIELDS)
    fc.assert(
      fc.property(
        fc.nat(invoice.length - 1),
        fc.constantFrom(...Array.from('qpzry9x8gf2tvdw0s3jn54khce6mua7l1b')),
        (place, letter) => {
          fc.pre(invoice[place] !== letter)
          expect(codeOf(invoice.slice(0, place) + letter + invoice.slice(place + 1))).toMatch(
            /^invoice_invalid/,
          )
        },
      ),
      { numRuns: 300 },
    )
  })
})

const AMOUNTS: readonly (readonly [string, number])[] = [
  ['1', 100_000_000_000],
  ['21', 2_100_000_000_000],
  ['1m', 100_000_000],
  ['11u', 1_100_000],
  ['1n', 100],
  ['10p', 1],
]
