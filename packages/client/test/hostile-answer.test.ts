import { describe, expect, test } from '@jest/globals'
import { memoryLedger } from '@turnpike/client'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { client, useServers } from './site.ts'
import { toySeller } from './toy-seller.ts'
import { toyNetwork, walletOf } from './toy-wallet.ts'

const serve = useServers()
const PROBLEM = { 'content-type': 'application/problem+json' }

describe('a refusal whose document', () => {
  test.each([402, 429, 503])('is huge comes back whole, status %d', async (status) => {
    const document = JSON.stringify({ status, filler: 'x'.repeat(2_000_000) })
    const url = await serve((_, response) => void response.writeHead(status, PROBLEM).end(document))
    const response = await client().fetch(url)
    expect([response.status, (await response.text()).length]).toEqual([status, document.length])
  })

  test('breaks off comes back as fetch would give it', async () => {
    const url = await serve((_, response) => {
      response.writeHead(402, PROBLEM).write('{"status":402,')
      setTimeout(() => response.destroy(), 20)
    })
    const response = await client().fetch(url)
    expect(response.status).toBe(402)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  test('never ends is not waited for', async () => {
    const url = await serve((_, response) => void response.writeHead(402, PROBLEM).write('{"status":402,'))
    expect((await client().fetch(url)).status).toBe(402)
  })

  test('never ends does not outlive the signal', async () => {
    const controller = new AbortController()
    const url = await serve((_, response) => {
      response.writeHead(402, PROBLEM).write('{')
      controller.abort(new Error('enough'))
    })
    await expect(client().fetch(url, { signal: controller.signal })).rejects.toThrow('enough')
  })

  test('has a name of the prototype for a code is met like any other', async () => {
    const network = toyNetwork()
    const { invoice } = network.invoice(1000)
    const headers = { ...PROBLEM, 'www-authenticate': `L402 macaroon="AAAA", invoice="${invoice}"` }
    for (const code of ['constructor', 'to_string', '__proto__']) {
      const text = `{"status":402,"code":"${code}","__proto__":{"code":"proof_required"}}`
      const url = await serve((_, response) => void response.writeHead(402, headers).end(text))
      const c = client({ wallet: walletOf(network) })
      await c.fetch(url, { headers: { authorization: 'Bearer t' } })
      expect([c.reason(), network.paid]).toEqual(['authorization_taken', []])
    }
  })
})

describe('a 503 with Retry-After', () => {
  /** Breaks down once, in the middle of what it does. */
  async function breakingDown(code?: string) {
    let served = 0
    const url = await serve((request, response) => {
      request.resume()
      served += 1
      if (served > 1) return void response.end('in')
      const body = code === undefined ? '' : JSON.stringify({ status: 503, code })
      response.writeHead(503, { ...PROBLEM, 'retry-after': '0' }).end(body)
    })
    return { url, served: () => served }
  }

  test.each([
    ['POST', undefined, 503, 1],
    ['PATCH', undefined, 503, 1],
    ['POST', 'out_of_order', 503, 1],
    ['POST', 'store_down', 200, 2],
    ['GET', undefined, 200, 2],
    ['PUT', undefined, 200, 2],
  ])('of a %s, code %s: ends in %d', async (method, code, status, times) => {
    const { url, served } = await breakingDown(code)
    const c = client()
    expect([(await c.fetch(url, { method })).status, served()]).toEqual([status, times])
    expect(c.types()).toEqual(status === 503 ? [] : ['challenged'])
  })

  test('of a POST that paid is not repeated, and the next call shows what it bought', async () => {
    const network = toyNetwork()
    let breaks = true
    const admit = (response: ServerResponse): void => {
      response.writeHead(breaks ? 503 : 200, { 'retry-after': '0' }).end()
      breaks = false
    }
    const seller = toySeller(network, { isTurnpike: false, admit })
    const url = await serve(seller.handle)
    const { fetch } = client({ wallet: walletOf(network) })
    const options = { method: 'POST', body: 'once' }
    expect([(await fetch(url, options)).status, seller.seen.shown.length]).toEqual([503, 1])
    expect([(await fetch(url, options)).status, network.paid.length]).toEqual([200, 1])
  })
})

describe('an aborted call, whatever hangs', () => {
  const never = async () => await new Promise<never>(() => {})

  /** What hangs would hang for ever. */
  async function expectEnd(call: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 100)
    await expect(call(controller.signal)).rejects.toThrow('enough')
  }

  test('a ledger that is locked', async () => {
    const { fetch } = client({ wallet: walletOf(), ledger: { ...memoryLedger(), read: never } })
    await expectEnd(async (signal) => await fetch('http://127.0.0.1:1/', { signal }))
  })

  test('a wallet that is asked what became of payments', async () => {
    const network = toyNetwork()
    const url = await serve(toySeller(network).handle)
    const wallet = walletOf(network, { onPay: () => Promise.reject(new Error('lost')), onFind: never })
    const { fetch } = client({ wallet })
    for (let call = 0; call < 2; call += 1) {
      await expectEnd(async (signal) => await fetch(url, { signal }))
    }
  })

  test('a body that never ends, when it would have to be sent again', async () => {
    const network = toyNetwork()
    const url = await serve((request, response) => {
      request.resume()
      response.writeHead(429, { 'retry-after': '0' }).end()
    })
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) })
    const call = (signal: AbortSignal): Promise<unknown> =>
      client({ wallet: walletOf(network) }).fetch(url, { method: 'POST', body, duplex: 'half', signal })
    await expectEnd(call)
  })

  test('a wait behind redirects, with all garbage collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const url = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/a' }).end()
      else response.writeHead(429, { 'retry-after': '20' }).end()
    })
    const c = client()
    const controller = new AbortController()
    const call = c.fetch(url, { signal: controller.signal })
    while (!c.types().includes('waiting')) await pause(5)
    for (let time = 0; time < 5; time += 1) {
      await pause(5)
      collect()
    }
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})
