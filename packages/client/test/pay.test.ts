import { describe, expect, test } from '@jest/globals'
import { createFetch, memoryLedger } from '@turnpike/client'
import { client, useServers } from './site.ts'
import { toyGate } from './toy-gate.ts'
import { toySeller } from './toy-seller.ts'
import { toyNetwork, walletOf } from './toy-wallet.ts'

const serve = useServers()

describe('a 402 with an invoice', () => {
  test('is left alone without a wallet', async () => {
    const network = toyNetwork()
    const c = client()
    expect((await c.fetch(await serve(toySeller(network).handle))).status).toBe(402)
    expect([c.types(), network.paid]).toEqual([[], []])
  })

  test.each([
    ['Turnpike', { isTurnpike: true }, /^L402 /],
    ['another L402 server', { isTurnpike: false }, /^L402 /],
    ['a server that says LSAT', { isTurnpike: false, scheme: 'LSAT' as const }, /^LSAT /],
  ])('of %s is paid once, and the body is sent again', async (_, options, form) => {
    const network = toyNetwork()
    const seller = toySeller(network, options)
    const c = client({ wallet: walletOf(network, { feeMsat: 12 }) })
    const response = await c.fetch(`${await serve(seller.handle)}/tools?key=secret`, {
      method: 'POST',
      body: 'hello',
    })
    expect([response.status, await response.text()]).toEqual([200, 'in with hello'])
    expect(network.paid).toHaveLength(1)
    expect(seller.seen.shown).toEqual([expect.stringMatching(form)])
    expect(c.types()).toEqual(['challenged', 'paying', 'paid'])
    expect(c.events[1]).toMatchObject({ amountMsat: 10_000, maxFeeMsat: 5000, paymentHash: network.paid[0] })
    expect(c.events[2]).toMatchObject({ feeMsat: 12, isResumed: false })
  })

  test('is told of without secrets', async () => {
    const network = toyNetwork()
    const seller = toySeller(network)
    const c = client({ wallet: walletOf(network) })
    await c.fetch(`${await serve(seller.handle)}/?key=secret`)
    const [shown = ''] = seller.seen.shown
    const [, token = '', preimage = ''] = /^L402 (.+):(.+)$/.exec(shown) ?? []
    const told = JSON.stringify(c.events)
    for (const secret of [token, preimage, 'key=secret', 'lnbcrt']) expect(told).not.toContain(secret)
  })

  test('is paid and written down even where whoever listens throws', async () => {
    const network = toyNetwork()
    const ledger = memoryLedger()
    const onEvent = () => {
      throw new Error('deaf')
    }
    const fetch = createFetch({ wallet: walletOf(network), ledger, onEvent })
    expect((await fetch(await serve(toySeller(network).handle))).status).toBe(200)
    expect((await ledger.read()).spends).toHaveLength(1)
  })

  test('beside work is worked for by default, and paid when paying is preferred', async () => {
    const network = toyNetwork()
    const gate = toyGate({ count: 2 })
    const seller = toySeller(network)
    const both = await serve((request, response) => {
      if (request.headers.authorization !== undefined) seller.handle(request, response)
      else if (request.headers['x-pow-solution'] !== undefined) gate.handle(request, response)
      else gate.offerWith(response, network.invoice(10_000).invoice)
    })
    const cheap = client({ wallet: walletOf(network) })
    expect((await cheap.fetch(both)).status).toBe(200)
    expect(cheap.types()).toEqual(['challenged', 'solving', 'solved'])
    const rich = client({ wallet: walletOf(network), prefer: 'pay' })
    await rich.fetch(both)
    expect(rich.types().slice(0, 3)).toEqual(['challenged', 'paying', 'paid'])
  })
})

describe('a request with an Authorization of its own', () => {
  const options = { headers: { authorization: 'Bearer t' } }

  test('keeps it: a gate of ours finds the credential in X-L402', async () => {
    const network = toyNetwork()
    const seller = toySeller(network)
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization)
      seller.handle(request, response)
    })
    const response = await client({ wallet: walletOf(network) }).fetch(url, options)
    expect([response.status, seller.seen.admitted, seen]).toEqual([200, 1, ['Bearer t', 'Bearer t']])
  })

  test('does not show such a server what was bought without it', async () => {
    const network = toyNetwork()
    const shown: unknown[] = []
    const seller = toySeller(network, { isTurnpike: false, admit: (response) => void response.end('in') })
    const url = await serve((request, response) => {
      shown.push(request.headers['x-l402'])
      seller.handle(request, response)
    })
    const { fetch } = client({ wallet: walletOf(network) })
    expect([(await fetch(url)).status, (await fetch(url)).status, network.paid.length]).toEqual([200, 200, 1])
    expect((await fetch(url, options)).status).toBe(402)
    expect(shown).toEqual([undefined, undefined, undefined, undefined])
  })

  test.each([
    ['says nothing', 'payment required'],
    ['has codes of its own', '{"status":402,"code":"payment_required"}'],
  ])('does not pay a server that reads Authorization alone and %s', async (_, body) => {
    const network = toyNetwork()
    const c = client({ wallet: walletOf(network) })
    const url = await serve((_request, response) => {
      const headers = {
        'www-authenticate': `L402 macaroon="AAAA", invoice="${network.invoice(1000).invoice}"`,
      }
      response.writeHead(402, { ...headers, 'content-type': 'application/json' }).end(body)
    })
    const response = await c.fetch(url, options)
    expect([response.status, c.reason(), network.paid]).toEqual([402, 'authorization_taken', []])
  })
})

describe('a 402 of other rails', () => {
  test.each([
    ['x402', { 'payment-required': 'e30=' }, [{ rail: 'x402' }]],
    [
      'the Payment scheme',
      {
        'www-authenticate':
          'Payment id="a", method="tempo", intent="charge", request="e30", Payment method="pow", intent="work"',
      },
      [
        { rail: 'payment', method: 'tempo', intent: 'charge' },
        { rail: 'payment', method: 'pow', intent: 'work' },
      ],
    ],
    ['Cashu', { 'x-cashu': 'creqA' }, [{ rail: 'cashu' }]],
    ['pay per crawl', { 'crawler-price': 'USD 0.01' }, [{ rail: 'crawler', price: 'USD 0.01' }]],
  ])('%s comes back untouched, and is told of', async (_, headers, rails) => {
    const url = await serve((_request, response) => response.writeHead(402, headers).end('theirs'))
    const c = client({ wallet: walletOf() })
    const response = await c.fetch(url)
    expect([response.status, await response.text()]).toEqual([402, 'theirs'])
    expect(c.events).toEqual([{ type: 'otherRails', url: `${url}/`, status: 402, rails }])
  })
})
