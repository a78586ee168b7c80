import { describe, expect, test } from '@jest/globals'
import { memoryLedger } from '@turnpike/client'
import type { ServerResponse } from 'node:http'
import { client, useServers } from './site.ts'
import { macaroonFor, toySeller, writeRefusal } from './toy-seller.ts'
import { toyInvoice, toyNetwork, walletOf } from './toy-wallet.ts'

const serve = useServers()

describe('a gate that lies', () => {
  /** What came of one call. */
  async function callOf(options: Parameters<typeof toySeller>[1], network = toyNetwork()) {
    const seller = toySeller(network, options)
    const c = client({ wallet: walletOf(network) })
    const response = await c.fetch(await serve(seller.handle))
    return { ...c, response, seller, network }
  }

  test.each([
    ['an invoice of another network', 'wrong_network', { invoiceOptions: { network: 'bitcoin' as const } }],
    [
      'an invoice that has expired',
      'invoice_expired',
      { invoiceOptions: { expiresAtMs: Date.now() - 1000 } },
    ],
    [
      'an invoice that ends in a moment',
      'invoice_expired',
      { invoiceOptions: { expiresAtMs: Date.now() + 2000 } },
    ],
  ])('R35 with %s is not paid: %s', async (_, reason, options) => {
    const done = await callOf(options)
    expect([done.response.status, done.reason(), done.network.paid]).toEqual([402, reason, []])
  })

  test.each([1, 9, 11, 1000])(
    'R35 whose invoice demands %d sats, and its offer 10, is not paid',
    async (sats) => {
      const network = toyNetwork()
      const refuse = (response: ServerResponse) => {
        const { invoice } = network.invoice(sats * 1000)
        writeRefusal(response, { token: 'AAAA', invoice, sats: 10 })
      }
      const done = await callOf({ refuse }, network)
      expect([done.reason(), network.paid]).toEqual(['price_mismatch', []])
    },
  )

  test('R35 whose token belongs to another invoice is not paid', async () => {
    const network = toyNetwork()
    const refuse = (response: ServerResponse) => {
      const [mine, other] = [network.invoice(10_000), network.invoice(10_000)]
      writeRefusal(response, { token: macaroonFor(other.paymentHash), invoice: mine.invoice, sats: 10 })
    }
    const done = await callOf({ refuse }, network)
    expect([done.reason(), network.paid]).toEqual(['hash_mismatch', []])
  })

  test.each(['lnbcrt1nonsense', toyInvoice({ amountMsat: 0, paymentHash: 'ab'.repeat(32) })])(
    'R35 with the invoice %s is not paid',
    async (invoice) => {
      const refuse = (response: ServerResponse) => {
        response.writeHead(402, { 'www-authenticate': `L402 macaroon="AAAA", invoice="${invoice}"` }).end()
      }
      expect((await callOf({ refuse })).reason()).toBe('invoice_invalid')
    },
  )

  test('R35 that shows one invoice for ever is paid once', async () => {
    const network = toyNetwork()
    const { invoice } = network.invoice(10_000)
    const refuse = (response: ServerResponse) => {
      writeRefusal(response, { token: 'AAAA', invoice, sats: 10 })
    }
    const seller = toySeller(network, { refuse })
    const url = await serve(seller.handle)
    const c = client({ wallet: walletOf(network), ledger: memoryLedger() })
    for (const path of ['/a', '/b', '/c']) await c.fetch(url + path)
    expect(network.paid).toHaveLength(1)
  })

  test('R35 that refuses what was paid for gets nothing more, whatever it is asked for', async () => {
    const network = toyNetwork()
    const seller = toySeller(network, {
      admit: (response) => void response.writeHead(402).end(),
    })
    const liar = toySeller(network, {
      admit: (response) => {
        writeRefusal(response, { token: 'BBBB', invoice: network.invoice(10_000).invoice, sats: 10 })
      },
    })
    for (const one of [seller, liar]) {
      const before = network.paid.length
      const c = client({ wallet: walletOf(network), maxAttempts: 20 })
      const url = await serve(one.handle)
      for (const path of ['/', '/', '/other', '/third']) expect((await c.fetch(url + path)).status).toBe(402)
      expect(network.paid.length - before).toBe(1)
      expect(c.types().filter((type) => type === 'sellerStopped')).toHaveLength(1)
      expect(c.reason()).toBe('seller_stopped')
    }
  })

  test('R35 that was stopped is nothing to ask a human about', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network, { uses: 0 }).handle)
    const asked: string[] = []
    const ask = ({ request }: { request: string }) => asked.push(request) > 0
    const c = client({ wallet: walletOf(network), approveAbove: { sats: 0, ask } })
    for (const path of ['/a', '/b']) await c.fetch(url + path)
    expect([asked, c.reason()]).toEqual([['GET /a'], 'seller_stopped'])
  })

  test('R35 that breaks off whenever it was paid is paid three times at most', async () => {
    const network = toyNetwork()
    const seller = toySeller(network, { admit: (response) => void response.destroy() })
    const url = await serve((request, response) => {
      // Never lets in what was shown before.
      if (seller.seen.shown.includes(String(request.headers.authorization))) {
        writeRefusal(response, { token: 'CCCC', invoice: network.invoice(10_000).invoice, sats: 10 })
      } else seller.handle(request, response)
    })
    const c = client({ wallet: walletOf(network), maxAttempts: 9 })
    for (let call = 0; call < 12; call += 1) await c.fetch(url).catch(() => undefined)
    expect(network.paid.length).toBeLessThanOrEqual(3)
    expect(c.reason()).toBe('seller_stopped')
  })

  test('R35 with endless 402s ends after one payment', async () => {
    const done = await callOf({ badCode: 'credential_forged', uses: 0 })
    expect([done.response.status, done.network.paid.length]).toEqual([402, 1])
  })

  test('R35 that asks to wait a year after it was paid is not waited for', async () => {
    const done = await callOf({
      admit: (response) => void response.writeHead(429, { 'retry-after': '31536000' }).end(),
    })
    expect([done.response.status, done.reason(), done.network.paid.length]).toEqual([429, 'wait_too_long', 1])
  })

  test('R35 over plain http from another machine is never paid, nor shown what was bought', async () => {
    const network = toyNetwork()
    const asked: Request[] = []
    const offer = `L402 macaroon="AAAA", invoice="${network.invoice(1000).invoice}"`
    const pretend: typeof fetch = async (input) => {
      asked.push(new Request(input))
      return await Promise.resolve(new Response('', { status: 402, headers: { 'www-authenticate': offer } }))
    }
    const c = client({ wallet: walletOf(network), fetch: pretend, allowPlainHttp: true })
    expect((await c.fetch('http://api.example/')).status).toBe(402)
    expect([c.reason(), network.paid, asked.length]).toEqual(['plain_http', [], 1])
    expect((await c.fetch('https://api.example/')).status).toBe(402)
    expect(network.paid).toHaveLength(1)
  })

  test('R35 that sends a paid call to another origin sends it there without what was bought', async () => {
    const network = toyNetwork()
    const elsewhere: unknown[] = []
    const other = await serve((request, response) => {
      elsewhere.push(request.headers.authorization, request.headers['x-l402'])
      response.end('elsewhere')
    })
    for (const status of [301, 302, 303, 307, 308]) {
      const c = client({ wallet: walletOf(network) })
      const admit = (response: ServerResponse) => void response.writeHead(status, { location: other }).end()
      expect(await (await c.fetch(await serve(toySeller(network, { admit }).handle))).text()).toBe(
        'elsewhere',
      )
    }
    expect(elsewhere).toEqual(Array.from({ length: 10 }, () => undefined))
  })

  test('R35 behind a redirect is paid for itself, and one call pays once', async () => {
    const network = toyNetwork()
    const second = toySeller(network)
    const there = await serve(second.handle)
    const first = toySeller(network, {
      admit: (response) => void response.writeHead(302, { location: there }).end(),
    })
    const c = client({ wallet: walletOf(network), maxAttempts: 9 })
    expect((await c.fetch(await serve(first.handle))).status).toBe(402)
    expect([network.paid.length, c.reason(), second.seen.shown]).toEqual([1, 'already_paid', []])
  })
})
