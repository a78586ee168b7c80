import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { formatBook, parseBook } from '../src/book-json.ts'
import { DAY_MS, EMPTY_BOOK, reserve, settle, shortage, strike, tidy, type Book } from '../src/book.ts'
import { checkBudget } from '../src/budget.ts'
import type { Purchase } from '../src/purchase.ts'

const LIMITS = checkBudget({ perCallSats: 100, perHostSats: 300, perDaySats: 500, totalSats: 2000 })

function purchase(id: number, amountMsat: number, more: Partial<Purchase> = {}): Purchase {
  return {
    paymentHash: id.toString(16).padStart(64, '0'),
    invoice: 'lnbc1',
    invoiceExpiresAtMs: 3_600_000,
    amountMsat,
    maxFeeMsat: 1000,
    scheme: 'L402',
    token: 'AAAA',
    origin: 'https://a.example',
    request: 'GET /',
    isTurnpike: true,
    goodUntilMs: 10 * DAY_MS,
    wasAccepted: false,
    holds: [],
    ...more,
  }
}

describe('book', () => {
  test.each([
    ['the price of one call', purchase(1, 99_001), 'perCallSats'],
    ['no room for the fee limit', purchase(1, 99_500), 'perCallSats'],
  ])('reserves nothing for %s', (_, ask, limit) => {
    const { book, result } = reserve(EMPTY_BOOK, ask, LIMITS, 0)
    expect([result, book.purchases]).toMatchObject([{ limit }, []])
  })

  test('reserves nothing twice for one invoice, also when it was paid', () => {
    const { book } = reserve(EMPTY_BOOK, purchase(1, 1000), LIMITS, 0)
    expect(reserve(book, purchase(1, 1000), LIMITS, 0).result).toBe('known')
    const paid = settle(book, purchase(1, 1000).paymentHash, { preimage: '00', feeMsat: 0 }, 0)
    expect(reserve({ ...paid, purchases: [] }, purchase(1, 1000), LIMITS, 0).result).toBe('known')
  })

  test('counts a host by its name and port, and other hosts apart', () => {
    let book: Book = EMPTY_BOOK
    for (const id of [1, 2, 3]) book = reserve(book, purchase(id, 98_000), LIMITS, 0).book
    expect(reserve(book, purchase(4, 98_000), LIMITS, 0).result).toMatchObject({ limit: 'perHostSats' })
    const other = purchase(4, 98_000, { origin: 'https://a.example:8443' })
    expect(reserve(book, other, LIMITS, 0).result).toBe('reserved')
  })

  test('settles a payment once', () => {
    const { book } = reserve(EMPTY_BOOK, purchase(1, 1000), LIMITS, 0)
    const end = { preimage: '00', feeMsat: 7 }
    const once = settle(book, purchase(1, 1000).paymentHash, end, 5)
    expect(settle(once, purchase(1, 1000).paymentHash, end, 6)).toEqual(once)
    expect(once.spends).toEqual([
      { paymentHash: purchase(1, 0).paymentHash, host: 'a.example', atMs: 5, msat: 1007 },
    ])
  })

  test('forgets spends after a day but not their sum, and strikes after a day', () => {
    const spent = settle(
      reserve(EMPTY_BOOK, purchase(1, 1000), LIMITS, 0).book,
      purchase(1, 0).paymentHash,
      { preimage: '00', feeMsat: 7 },
      0,
    )
    const book = tidy(strike(spent, 'https://a.example', 3, 0), DAY_MS)
    expect([book.olderMsat, book.spends, book.strikes]).toEqual([1007, [], []])
  })

  test('R35 gives nothing back when the clock is set back, be it by a year', () => {
    const now = Date.parse('2028-03-01T00:00:00Z')
    const ask = purchase(1, 90_000, { invoiceExpiresAtMs: now + 1e6 })
    const { book } = reserve(EMPTY_BOOK, ask, LIMITS, now)
    const paid = settle(book, ask.paymentHash, { preimage: '00', feeMsat: 0 }, now)
    const limits = { ...LIMITS, perDaySats: 100_000 }
    for (const earlier of [1, DAY_MS, 366 * DAY_MS]) {
      const again = purchase(2, 20_000)
      expect(reserve(paid, again, limits, now - earlier).result).toMatchObject({
        limit: 'perDaySats',
        usedMsat: 90_000,
      })
    }
  })

  test('counts a payment without end as spent two weeks after its invoice ended, not before', () => {
    const { book } = reserve(EMPTY_BOOK, purchase(1, 1000), LIMITS, 0)
    const ends = 3_600_000 + 14 * DAY_MS
    expect(tidy(book, ends)).toEqual(book)
    expect(tidy(book, ends + 1)).toMatchObject({ olderMsat: 2000, purchases: [] })
  })

  test('keeps the latest thousand credentials, and every payment without end', () => {
    const bought = Array.from({ length: 1200 }, (_, id) => purchase(id, 1000, { preimage: '00' }))
    const open = purchase(5000, 1000)
    const { purchases } = tidy({ ...EMPTY_BOOK, purchases: [open, ...bought] }, 0)
    expect(purchases).toEqual([open, ...bought.slice(200)])
  })

  test('is stopped by strikes in sum, at that origin, for a day', () => {
    const book = strike(
      strike(strike(EMPTY_BOOK, 'https://a.example', 1, 0), 'https://a.example', 1, 0),
      'https://b.example',
      3,
      0,
    )
    expect(reserve(book, purchase(1, 1000), LIMITS, 0).result).toBe('reserved')
    const third = strike(book, 'https://a.example', 1, 10)
    expect(reserve(third, purchase(1, 1000), LIMITS, 10).result).toBe('stopped')
    expect(reserve(third, purchase(1, 1000), LIMITS, DAY_MS).result).toBe('reserved')
  })

  test('R35 never lets spent and reserved go above a limit, whatever comes in whichever order', () => {
    const act = fc.record({
      msat: fc.integer({ min: 1, max: 120_000 }),
      host: fc.constantFrom('a', 'b'),
      laterMs: fc.integer({ min: 0, max: DAY_MS / 2 }),
      ending: fc.constantFrom('paid', 'paidForLess', 'open'),
    })
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        let book: Book = EMPTY_BOOK
        let now = 0
        for (const [id, { msat, host, laterMs, ending }] of acts.entries()) {
          now += laterMs
          const ask = purchase(id + 1, msat, {
            origin: `https://${host}.example`,
            invoiceExpiresAtMs: now + 1e9,
          })
          const done = reserve(book, ask, LIMITS, now)
          book = done.book
          if (done.result !== 'reserved' || ending === 'open') continue
          book = settle(
            book,
            ask.paymentHash,
            { preimage: '00', feeMsat: ending === 'paid' ? undefined : 0 },
            now,
          )
        }
        const used = (limit: 'perHostSats' | 'perDaySats' | 'totalSats', origin: string): number => {
          const only = {
            ...LIMITS,
            perCallSats: Infinity,
            perHostSats: Infinity,
            perDaySats: Infinity,
            totalSats: Infinity,
          }
          return (
            shortage(book, { origin, amountMsat: 1, maxFeeMsat: 0 }, { ...only, [limit]: 0 }, now)
              ?.usedMsat ?? 0
          )
        }
        expect(used('perHostSats', 'https://a.example')).toBeLessThanOrEqual(300_000)
        expect(used('perDaySats', 'https://a.example')).toBeLessThanOrEqual(500_000)
        expect(used('totalSats', 'https://a.example')).toBeLessThanOrEqual(2_000_000)
      }),
    )
  })

  test('is written and read without loss', () => {
    const holds = fc.array(fc.record({ process: fc.string(), call: fc.string(), untilMs: fc.nat() }), {
      maxLength: 2,
    })
    const books = fc.record({
      msat: fc.nat(),
      holds,
      usesLeft: fc.option(fc.nat(), { nil: undefined }),
      resource: fc.option(fc.string(), { nil: undefined }),
    })
    fc.assert(
      fc.property(books, ({ msat, usesLeft, resource, ...rest }) => {
        const optional = {
          ...(usesLeft === undefined ? {} : { usesLeft }),
          ...(resource === undefined ? {} : { resource }),
        }
        const book = {
          ...EMPTY_BOOK,
          olderMsat: msat,
          purchases: [purchase(1, msat, { ...rest, ...optional })],
        }
        expect(parseBook(formatBook(book))).toEqual(book)
      }),
    )
  })
})
