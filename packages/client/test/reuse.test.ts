import { describe, expect, test } from '@jest/globals'
import { memoryLedger, type Ledger } from '@turnpike/client'
import type { ServerResponse } from 'node:http'
import { client, useServers } from './site.ts'
import { toyGate } from './toy-gate.ts'
import { macaroonFor, toySeller, writeRefusal, type SellerOptions } from './toy-seller.ts'
import { toyNetwork, walletOf } from './toy-wallet.ts'

const serve = useServers()

/** A seller, and a client that may pay. */
async function shop(options: SellerOptions = {}, more: Parameters<typeof client>[0] = {}) {
  const network = toyNetwork()
  const seller = toySeller(network, options)
  const url = await serve(seller.handle)
  return {
    network,
    seller,
    url,
    ...client({ wallet: walletOf(network), budget: { perDaySats: 1e6 }, ...more }),
  }
}

/** The first answers of a seller to good credentials; after them it lets in. */
function first(...answers: NonNullable<SellerOptions['admit']>[]): NonNullable<SellerOptions['admit']> {
  const open = (response: ServerResponse): void => {
    response.writeHead(200, { 'turnpike-admission': 'lightning;uses=0' }).end('in')
  }
  return (response, refuse) => (answers.shift() ?? open)(response, refuse)
}

const answer =
  (status: number, headers: Record<string, string> = {}, code?: string) =>
  (response: ServerResponse) => {
    const body = code === undefined ? '' : JSON.stringify({ status, code })
    response.writeHead(status, {
      ...(code === undefined ? {} : { 'content-type': 'application/problem+json' }),
      ...headers,
    })
    response.end(body)
  }

describe('a credential with several uses', () => {
  test('is bought once, and shown at once by the calls after it', async () => {
    const { seller, network, fetch, url, events } = await shop({ uses: 3 })
    for (let call = 0; call < 3; call += 1) expect((await fetch(`${url}/a?q=${call}`)).status).toBe(200)
    expect([network.paid.length, seller.seen.requests]).toEqual([1, 4])
    expect(events.filter(({ type }) => type === 'reusing')).toHaveLength(2)
    await fetch(`${url}/a`)
    expect([network.paid.length, seller.seen.requests]).toEqual([2, 6])
  })

  test('is shared by parallel calls, each use by one of them', async () => {
    const { network, seller, fetch, url } = await shop({ uses: 3 })
    await fetch(`${url}/a`)
    const statuses = await Promise.all(
      Array.from({ length: 4 }, async () => (await fetch(`${url}/a`)).status),
    )
    expect(statuses).toEqual([200, 200, 200, 200])
    expect(seller.seen.admitted).toBe(5)
    const timesShown = new Map<string, number>()
    for (const text of seller.seen.shown) timesShown.set(text, (timesShown.get(text) ?? 0) + 1)
    expect(Math.max(...timesShown.values())).toBeLessThanOrEqual(3)
    expect(network.paid.length).toBeLessThanOrEqual(3)
  })

  test('is paid for by each of parallel calls, with an invoice of its own', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    const onPay = async (pay: () => { preimage: string }) => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      return pay()
    }
    const wallet = walletOf(network, { onPay })
    const { fetch } = client({ wallet })
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await fetch(`${url}/a`)).status),
    )
    expect(statuses).toEqual([200, 200, 200, 200, 200])
    expect([wallet.asked.length, new Set(wallet.asked).size]).toEqual([5, 5])
  })

  test('serves other requests for what the gate calls by the same name', async () => {
    const { network, fetch, url } = await shop({ uses: 2, resource: 'search' })
    expect([(await fetch(`${url}/a`)).status, (await fetch(`${url}/b`)).status]).toEqual([200, 200])
    expect(network.paid).toHaveLength(1)
  })

  test('serves no other path of a server that names nothing', async () => {
    const { network, fetch, url } = await shop({ uses: 2 })
    expect([(await fetch(`${url}/a`)).status, (await fetch(`${url}/b`)).status]).toEqual([200, 200])
    expect(network.paid).toHaveLength(2)
  })

  test('R35 is never shown to another origin', async () => {
    const { fetch, url, network } = await shop({ uses: 5 })
    await fetch(`${url}/a`)
    const seen: unknown[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      writeRefusal(response, { token: 'AAAA', invoice: network.invoice(1000).invoice, sats: 9 })
    })
    await fetch(`${other}/a`)
    await fetch(`${other.replace('127.0.0.1', 'localhost')}/a`)
    expect(seen).toEqual([undefined, undefined])
  })

  test('R35 is not carried along by a redirect', async () => {
    const seen: unknown[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end()
    })
    const { fetch, url } = await shop({ uses: 5 })
    await fetch(`${url}/a`)
    const moved = await shop({ uses: 5, admit: first(answer(200), answer(302, { location: other })) })
    await moved.fetch(`${moved.url}/a`)
    await moved.fetch(`${moved.url}/a`)
    expect([moved.seller.seen.shown.length, seen]).toEqual([2, [undefined]])
  })

  test.each([
    ['before it was refused', false],
    ['after it had worked', true],
  ])('R35 belongs to the origin that a redirect led to %s', async (_, works) => {
    const network = toyNetwork()
    const there = await serve(toySeller(network, { uses: 5 }).handle)
    const gate = toyGate()
    const shown: unknown[] = []
    const here = await serve((request, response) => {
      shown.push(request.headers.authorization)
      if (works && request.headers['x-pow-solution'] === undefined) gate.handle(request, response)
      else response.writeHead(302, { location: `${there}/a` }).end()
    })
    const ledger = memoryLedger()
    const { fetch } = client({ wallet: walletOf(network), ledger, maxAttempts: 5 })
    expect((await fetch(`${here}/a`)).status).toBe(200)
    expect((await ledger.read()).purchases).toMatchObject([{ origin: there, usesLeft: 4 }])
    await fetch(`${here}/a`)
    expect(shown.filter((text) => text !== undefined)).toEqual([])
  })

  test('R3 keeps the use of a call that was free', async () => {
    const free = answer(200, { 'turnpike-admission': 'free' })
    const { fetch, url, network, seller } = await shop({ admit: first(free, free) })
    for (let call = 0; call < 4; call += 1) await fetch(`${url}/a`)
    expect(network.paid).toHaveLength(2)
    expect(new Set(seller.seen.shown.slice(0, 3)).size).toBe(1)
  })

  test('R31 keeps the use of a call that failed, and tries it again', async () => {
    const failed = answer(500, { 'turnpike-admission': 'lightning;uses=0' })
    const { fetch, url, network } = await shop({ admit: first(failed) })
    expect([(await fetch(`${url}/a`)).status, (await fetch(`${url}/a`)).status]).toEqual([500, 200])
    expect(network.paid).toHaveLength(1)
  })

  test('is not shown any more when it has ended by its own words', async () => {
    const network = toyNetwork()
    let now = Date.now()
    const refuse = (response: ServerResponse): void => {
      const { invoice, paymentHash } = network.invoice(1000, { expiresAtMs: now + 60_000 })
      const token = macaroonFor(paymentHash, [`shop_valid_until=${Math.floor(now / 1000) + 600}`])
      writeRefusal(response, { token, invoice, sats: 1 }, { isTurnpike: false })
    }
    const shown: number[] = []
    const url = await serve((request, response) => {
      if (request.headers.authorization === undefined) refuse(response)
      else response.end(String(shown.push(1)))
    })
    const c = client({ wallet: walletOf(network), now: () => now })
    for (const laterMs of [0, 300_000, 301_000]) {
      now += laterMs
      await c.fetch(url)
    }
    expect([network.paid.length, shown.length]).toEqual([2, 3])
  })
})

describe('a paid call that is refused', () => {
  test.each([
    ['402 credential_unsettled', answer(402, { 'retry-after': '0' }, 'credential_unsettled')],
    ['409 credential_in_use', answer(409, { 'retry-after': '0' }, 'credential_in_use')],
    ['429', answer(429, { 'retry-after': '0' }, 'ceiling_reached')],
    ['503', answer(503, { 'retry-after': '0' }, 'store_down')],
  ])('with %s shows the same again after waiting', async (_, refusal) => {
    const { fetch, url, network, seller } = await shop({ admit: first(refusal) })
    expect((await fetch(`${url}/a`)).status).toBe(200)
    expect([network.paid.length, new Set(seller.seen.shown).size, seller.seen.shown.length]).toEqual([
      1, 1, 2,
    ])
  })

  test('until the attempts are used up keeps what it bought for the next call', async () => {
    const busy = answer(503, { 'retry-after': '0' }, 'store_down')
    const { fetch, url, network, reason } = await shop({ admit: first(busy, busy) })
    expect([(await fetch(`${url}/a`)).status, reason()]).toEqual([503, 'attempts'])
    expect([(await fetch(`${url}/a`)).status, network.paid.length]).toEqual([200, 1])
  })

  test('as spent after a 503, which may have spent it, is not held against the seller', async () => {
    const busy = answer(503, { 'retry-after': '0' }, 'store_down')
    const { fetch, url, network, types, reason } = await shop({
      admit: first(busy, (_, refuse) => refuse()),
    })
    expect([(await fetch(`${url}/a`)).status, reason(), network.paid.length]).toEqual([402, 'attempts', 1])
    expect(types()).not.toContain('sellerStopped')
    expect((await fetch(`${url}/a`)).status).toBe(200)
  })

  test('by 409 of the application is its own business', async () => {
    const { fetch, url, network } = await shop({ admit: first(answer(409)) })
    expect([(await fetch(`${url}/a`)).status, (await fetch(`${url}/a`)).status]).toEqual([409, 200])
    expect(network.paid).toHaveLength(1)
  })

  test('as too weak keeps what it bought for calls that cost less', async () => {
    const weak = answer(402, {}, 'credential_too_weak')
    const { fetch, url, network, types } = await shop({ uses: 3, admit: first(answer(200), weak) })
    const statuses = [await fetch(`${url}/a`), await fetch(`${url}/a`), await fetch(`${url}/a`)].map(
      (one) => one.status,
    )
    expect(statuses).toEqual([200, 402, 200])
    expect([network.paid.length, types()]).toEqual([1, expect.not.arrayContaining(['sellerStopped'])])
  })
})

describe('a credential of another L402 server', () => {
  test.each([401, 402])('is shown again until it is refused with %d, then bought anew', async (status) => {
    const refused = (response: ServerResponse, refuse: () => void): void => {
      if (status === 401) response.writeHead(401).end()
      else refuse()
    }
    const ok = (response: ServerResponse): void => void response.end('in')
    // Five times bought and let in twice: whoever keeps its word may sell again and again.
    const habits = Array.from({ length: 5 }, () => [ok, ok, refused]).flat()
    const seller = await shop({ isTurnpike: false, admit: first(...habits) })
    const statuses: number[] = []
    for (let call = 0; call < 10; call += 1) statuses.push((await seller.fetch(`${seller.url}/a`)).status)
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 200))
    expect(seller.network.paid).toHaveLength(5)
    expect(seller.types()).not.toContain('sellerStopped')
  })
})

describe('an aborted call', () => {
  test('before the wallet was asked pays nothing, and frees what it reserved', async () => {
    const network = toyNetwork()
    const inner = memoryLedger()
    const controller = new AbortController()
    const ledger: Ledger = {
      ...inner,
      update: async (turn) => {
        const done = await inner.update(turn)
        if ((await inner.read()).purchases.length > 0) controller.abort(new Error('enough'))
        return done
      },
    }
    const { fetch } = client({ wallet: walletOf(network), ledger })
    const url = await serve(toySeller(network).handle)
    await expect(fetch(url, { signal: controller.signal })).rejects.toThrow('enough')
    while ((await inner.read()).purchases.length > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect([network.paid, (await inner.read()).spends]).toEqual([[], []])
  })

  test('while it pays leaves what it bought to the next one', async () => {
    let finish = (): void => {}
    const paid = new Promise<void>((resolve) => {
      finish = resolve
    })
    const network = toyNetwork()
    const seller = toySeller(network)
    const url = await serve(seller.handle)
    const onPay = async (pay: () => { preimage: string }) => (await paid, pay())
    const ledger = memoryLedger()
    const c = client({ wallet: walletOf(network, { onPay }), ledger })
    const controller = new AbortController()
    const call = c.fetch(url, { signal: controller.signal })
    while (!c.types().includes('paying')) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    finish()
    while ((await ledger.read()).purchases.some(({ holds }) => holds.length > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect((await c.fetch(url)).status).toBe(200)
    expect(network.paid).toHaveLength(1)
  })
})
