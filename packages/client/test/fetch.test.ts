import { describe, expect, test } from '@jest/globals'
import { createFetch } from '@turnpike/client'
import { client, useServers } from './site.ts'
import { toyGate } from './toy-gate.ts'
import { walletOf } from './toy-wallet.ts'

const serve = useServers()

describe('createFetch, asked wrongly', () => {
  test.each<[string, object, RegExp]>([
    ['an unknown option', { maxWait: 1 }, /no option "maxWait"/],
    ['a limit of work by another name', { solve: { maxbits: 3 } }, /solve has no "maxbits"; it has maxBits/],
    ['a number for work', { solve: 20 }, /solve must be .*\{ maxBits/],
    ['a number for a budget', { wallet: walletOf(), budget: 5 }, /budget must be an object/],
    ['maxAttempts 0', { maxAttempts: 0 }, /maxAttempts must be/],
    ['maxWaitMs NaN', { maxWaitMs: NaN }, /maxWaitMs must be/],
    ['an endless wait', { maxWaitMs: Infinity }, /maxWaitMs must be/],
    ['an unknown preference', { prefer: 'beg' }, /'cheapest', 'wait', 'work', 'pay'/],
    ['paying first, without a wallet', { prefer: 'pay' }, /needs a wallet/],
    ['a wallet that cannot read invoices', { wallet: { payInvoice: () => null } }, /lightningWallet/],
    ['an unknown limit', { wallet: walletOf(), budget: { perMonthSats: 1 } }, /no "perMonthSats"/],
    ['an endless fee', { wallet: walletOf(), budget: { maxFeeSats: Infinity } }, /maxFeeSats must be finite/],
    ['a limit below nothing', { wallet: walletOf(), budget: { perDaySats: -1 } }, /budget.perDaySats/],
  ])('refuses %s', (_, options, message) => {
    expect(() => createFetch(options)).toThrow(message)
  })
})

describe('a 402 with a proof-of-work offer', () => {
  test.each(['body', 'header'] as const)(
    'is met: the offer in its %s is solved and sent',
    async (offerIn) => {
      const gate = toyGate({ offerIn, count: 4 })
      const url = await serve(gate.handle)
      const { fetch, types, events } = client()
      const response = await fetch(`${url}/tools?key=secret`, { method: 'POST', body: 'hello' })
      expect([response.status, await response.text()]).toEqual([200, 'in with hello'])
      expect(types()).toEqual(['challenged', 'solving', 'solved'])
      expect(gate.seen.bodies).toEqual(['hello', 'hello'])
      expect(events[0]).toMatchObject({ url: `${url}/tools`, status: 402 })
      expect(JSON.stringify(events)).not.toMatch(/secret|nonce|challenge"/)
    },
  )

  test('is solved once more when the solution was spent meanwhile', async () => {
    const gate = toyGate({ admits: (solutions) => solutions === 2 })
    const response = await client().fetch(await serve(gate.handle))
    expect(response.status).toBe(200)
    expect(gate.seen).toMatchObject({ requests: 3, solutions: 2 })
  })

  test.each([
    ['whose solutions are always "spent"', 'credential_spent', 3, 'attempts'],
    ['that ignores solutions', 'proof_required', 2, 'refused'],
  ] as const)('%s ends in its last refusal, body unread', async (_, code, requests, reason) => {
    const gate = toyGate({ admits: () => false, codeAfter: () => code })
    const c = client()
    const response = await c.fetch(await serve(gate.handle))
    expect(response.status).toBe(402)
    expect(await response.json()).toMatchObject({ code })
    expect(gate.seen.requests).toBe(requests)
    expect(c.reason()).toBe(reason)
  })

  test('R35 with spent solutions gets two solutions at most, however many attempts are allowed', async () => {
    const gate = toyGate({ admits: () => false })
    const c = client({ maxAttempts: 50 })
    expect((await c.fetch(await serve(gate.handle))).status).toBe(402)
    expect(gate.seen).toMatchObject({ requests: 3, solutions: 2 })
    expect(c.reason()).toBe('refused')
  })

  test('R35 of hostile difficulty is given back before any work, naming the option', async () => {
    const c = client({ solve: { maxBits: 20 } })
    const response = await c.fetch(await serve(toyGate({ target: 0xff }).handle))
    expect(await response.json()).toMatchObject({ status: 402 })
    expect(c.types()).toEqual(['challenged', 'gaveUp'])
    expect(c.events.at(-1)).toMatchObject({ reason: 'too_hard', message: expect.stringContaining('maxBits') })
  })

  test('is left alone when working is switched off', async () => {
    const c = client({ solve: false })
    expect((await c.fetch(await serve(toyGate().handle))).status).toBe(402)
    expect(c.types()).toEqual([])
  })

  test('tells the progress of its work', async () => {
    const heard: number[] = []
    const onProgress = ({ hashes }: { hashes: number }) => heard.push(hashes)
    const options = { solve: { workers: 0, onProgress } }
    const response = await client(options).fetch(await serve(toyGate({ target: 0x3fff, count: 16 }).handle))
    expect(response.status).toBe(200)
    expect(heard.length).toBeGreaterThan(0)
  })
})

describe('an answer that needs nothing of us', () => {
  test.each([
    ['402 of another rail', 402, { 'www-authenticate': 'L402 macaroon="AA", invoice="lnbc1"' }],
    ['402 without anything', 402, {}],
    ['402 with a broken document', 402, { 'content-type': 'application/problem+json' }],
    ['503 without Retry-After', 503, {}],
    ['404', 404, { 'retry-after': '1' }],
    ['200', 200, {}],
  ])('%s comes back as it is', async (_, status, headers) => {
    const url = await serve((_request, response) => response.writeHead(status, headers).end('as it is {'))
    const c = client()
    const response = await c.fetch(url)
    expect([response.status, await response.text()]).toEqual([status, 'as it is {'])
    expect(c.types()).toEqual([])
  })

  test('a failing network rejects as fetch does', async () => {
    const url = await serve((request) => void request.socket.destroy())
    await expect(client().fetch(url)).rejects.toMatchObject({ name: 'TypeError', message: 'fetch failed' })
  })
})

describe('Retry-After', () => {
  test.each([429, 503])('of a %d is waited for', async (status) => {
    let requests = 0
    const url = await serve((_, response) => {
      requests += 1
      if (requests > 1) response.end('in')
      else response.writeHead(status, { 'retry-after': '1' }).end()
    })
    const c = client()
    const before = performance.now()
    expect((await c.fetch(url)).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThan(990)
    expect(c.events).toContainEqual({ type: 'waiting', url: `${url}/`, waitMs: 1000 })
  })

  test.each(['86400', '99999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'R35 of %s is not waited for: the refusal comes back',
    async (retryAfter) => {
      const url = await serve((_, response) =>
        response.writeHead(429, { 'retry-after': retryAfter }).end('later'),
      )
      const c = client()
      expect(await (await c.fetch(url)).text()).toBe('later')
      expect(c.events.at(-1)).toMatchObject({ reason: 'wait_too_long', status: 429 })
    },
  )

  test('R35 is capped in all, not each time', async () => {
    let requests = 0
    const url = await serve((_, response) => {
      requests += 1
      response.writeHead(429, { 'retry-after': '1' }).end()
    })
    const c = client({ maxWaitMs: 1500, maxAttempts: 10 })
    expect((await c.fetch(url)).status).toBe(429)
    expect([requests, c.reason()]).toEqual([2, 'wait_too_long'])
  })

  test('of 0 does not make it ask for ever', async () => {
    let requests = 0
    const url = await serve((_, response) => {
      requests += 1
      response.writeHead(429, { 'retry-after': '0' }).end()
    })
    expect((await client().fetch(url)).status).toBe(429)
    expect(requests).toBe(3)
  })

  test.each([
    ['cheapest', 0x0fffffff, '1', 'solving'],
    ['cheapest', 0x000000ff, '1', 'waiting'],
    ['work', 0x000fffff, '1', 'solving'],
    ['wait', 0x0fffffff, '1', 'waiting'],
    ['wait', 0x0fffffff, '3600', 'solving'],
  ] as const)('prefer %s, target %d, %s s to wait: %s', async (prefer, target, retryAfter, expected) => {
    const c = client({ prefer, maxAttempts: 2 })
    await c.fetch(await serve(toyGate({ target, retryAfter }).handle))
    expect(c.types()).toContain(expected)
    expect(c.types()).not.toContain(expected === 'waiting' ? 'solving' : 'waiting')
  })
})

describe('an aborted call', () => {
  test.each([
    ['while it waits', {}, 'waiting', 429],
    ['while it works', { solve: { maxBits: 36 } }, 'solving', 402],
  ] as const)('stops %s, with the reason', async (_, options, doing, status) => {
    const hard = toyGate({ target: 0, count: 16 })
    const url = await serve((request, response) => {
      if (status === 402) hard.handle(request, response)
      else response.writeHead(status, { 'retry-after': '86400' }).end()
    })
    const c = client({ ...options, maxWaitMs: 100_000_000 })
    const controller = new AbortController()
    const call = c.fetch(url, { signal: controller.signal })
    while (!c.types().includes(doing)) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})

describe('a body', () => {
  const chunks = (count: number): ReadableStream<Uint8Array> =>
    new ReadableStream({
      start(controller) {
        for (let i = 0; i < count; i++) controller.enqueue(new Uint8Array(1000).fill(97))
        controller.close()
      },
    })

  test('in a Request, or as a stream, is sent again whole', async () => {
    const gate = toyGate()
    const url = await serve(gate.handle)
    const { fetch } = client()
    const streamed = { method: 'POST', body: chunks(3), duplex: 'half' } as const
    expect((await fetch(new Request(url, { method: 'PUT', body: 'whole' }))).status).toBe(200)
    expect((await fetch(url, streamed)).status).toBe(200)
    expect(gate.seen.bodies).toEqual(['whole', 'whole', 'a'.repeat(3000), 'a'.repeat(3000)])
  })

  test('is sent again by the way that it was sent first: a proxy is not passed by', async () => {
    let passed = 0
    const dispatch = (): boolean => {
      passed += 1
      throw new Error('no way through')
    }
    // As Node knows them; the first request finds another way, as behind a proxy that was told of it.
    const direct: typeof fetch = async (input) => {
      if (input instanceof Request && !input.headers.has('x-pow-solution')) return await fetch(input.url)
      return await fetch(input)
    }
    const init: RequestInit = { method: 'POST' }
    Object.assign(init, { dispatcher: { dispatch } })
    const url = await serve(toyGate().handle)
    await expect(client({ fetch: direct }).fetch(url, init)).rejects.toThrow('fetch failed')
    expect(passed).toBe(1)
  })

  test('of exactly maxBodyBytes is kept, and sent again', async () => {
    const gate = toyGate()
    const { fetch } = client({ maxBodyBytes: 3000 })
    const options = { method: 'POST', body: chunks(3), duplex: 'half' } as const
    expect((await fetch(await serve(gate.handle), options)).status).toBe(200)
    expect(gate.seen.bodies).toEqual(['a'.repeat(3000), 'a'.repeat(3000)])
  })

  test('larger than maxBodyBytes arrives whole, and its refusal comes back before any work', async () => {
    const gate = toyGate()
    const c = client({ maxBodyBytes: 2999 })
    const response = await c.fetch(await serve(gate.handle), {
      method: 'POST',
      body: chunks(3),
      duplex: 'half',
    })
    expect(await response.json()).toMatchObject({ code: 'proof_required' })
    expect(gate.seen.bodies).toEqual(['a'.repeat(3000)])
    expect(c.types()).toEqual(['challenged', 'gaveUp'])
    expect(c.reason()).toBe('body_too_large')
  })
})
