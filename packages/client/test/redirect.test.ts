import { describe, expect, test } from '@jest/globals'
import type { IncomingHttpHeaders } from 'node:http'
import { client, useServers } from './site.ts'
import { toyGate } from './toy-gate.ts'

const serve = useServers()

/** Another origin, which keeps what it is sent. */
async function stranger() {
  const seen: IncomingHttpHeaders[] = []
  const url = await serve((request, response) => {
    seen.push(request.headers)
    response.end('elsewhere')
  })
  return { url, seen }
}

/** Refuses until solved, then redirects. */
async function redirecting(status: number, location: string): Promise<string> {
  const gate = toyGate()
  return await serve((request, response) => {
    if (request.url === '/here') response.end('here')
    else if (request.headers['x-pow-solution'] === undefined) gate.handle(request, response)
    else response.writeHead(status, { location }).end()
  })
}

const SECRETS = { authorization: 'Bearer t', cookie: 'a=b', 'x-custom': 'kept' }

describe('a redirect of a solved request', () => {
  test.each([301, 302, 303, 307, 308])(
    '%d to another origin is followed without solution or secrets',
    async (status) => {
      const other = await stranger()
      const response = await client().fetch(await redirecting(status, other.url), { headers: SECRETS })
      expect(await response.text()).toBe('elsewhere')
      expect(other.seen).toHaveLength(1)
      const secret = /^(x-pow-solution|authorization|cookie)$/
      expect(Object.keys(other.seen[0] ?? {}).filter((name) => secret.test(name))).toEqual([])
      expect(other.seen[0]).toMatchObject({ 'x-custom': 'kept' })
    },
  )

  test('does not carry a solution of the caller, either', async () => {
    const other = await stranger()
    const gate = toyGate({ admits: () => true })
    const url = await serve((request, response) => {
      if (gate.seen.requests === 0) gate.handle(request, response)
      else response.writeHead(302, { location: other.url }).end()
    })
    await client().fetch(url, { headers: { 'x-pow-solution': 'an old one', 'x-l402': 'an older one' } })
    expect(other.seen).toHaveLength(1)
    expect(other.seen[0]).not.toHaveProperty('x-pow-solution')
    expect(other.seen[0]).not.toHaveProperty('x-l402')
  })

  test('within the origin is followed, and 303 after POST is a GET without the body', async () => {
    const { fetch } = client()
    expect(await (await fetch(await redirecting(303, '/here'), { method: 'POST', body: 'x' })).text()).toBe(
      'here',
    )
  })

  test('that would need the body again is given back', async () => {
    const { fetch, events } = client()
    const response = await fetch(await redirecting(307, '/here'), { method: 'POST', body: 'x' })
    expect(response.status).toBe(307)
    expect(events.at(-1)).toMatchObject({ type: 'gaveUp', reason: 'redirected' })
  })

  test.each(['file:///etc/passwd', 'javascript:0', 'https://name:word@api.example/', 'http://['])(
    'to %s is given back',
    async (location) => {
      expect((await client().fetch(await redirecting(302, location))).status).toBe(302)
    },
  )

  test('is treated as the caller says: manual and error', async () => {
    const url = await redirecting(302, '/here')
    const { fetch } = client()
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(302)
    await expect(fetch(url, { redirect: 'error' })).rejects.toThrow(TypeError)
  })
})

describe('a refusal behind a redirect', () => {
  test('is met at the address that refused, which made the challenge', async () => {
    const gate = toyGate()
    const target = await serve(gate.handle)
    const seen: IncomingHttpHeaders[] = []
    const first = await serve((request, response) => {
      seen.push(request.headers)
      response.writeHead(302, { location: target }).end()
    })
    const response = await client().fetch(first, { headers: SECRETS })
    expect(response.status).toBe(200)
    expect(gate.seen.solutions).toBe(1)
    expect(seen).toHaveLength(1)
    expect(seen[0]).not.toHaveProperty('x-pow-solution')
  })

  test('of a POST comes back: sending it again could do twice what the first address did', async () => {
    const gate = toyGate()
    const target = await serve(gate.handle)
    let posts = 0
    const first = await serve((_, response) => {
      posts += 1
      response.writeHead(303, { location: target }).end()
    })
    const { fetch, events } = client()
    expect((await fetch(first, { method: 'POST', body: 'x' })).status).toBe(402)
    expect([posts, gate.seen.solutions]).toEqual([1, 0])
    expect(events.at(-1)).toMatchObject({ type: 'gaveUp', reason: 'redirected' })
  })
})

describe('plain http', () => {
  /** Answers as if it were any host; no request leaves this process. */
  function elsewhere() {
    const sent: Request[] = []
    const pretend: typeof fetch = async (input) => {
      const request = new Request(input)
      sent.push(request)
      const offer = `PoW challenge="${'A'.repeat(100)}", target="ffffffff", count="1", algorithm="sha256", expires="1"`
      if (request.headers.has('x-pow-solution')) return await Promise.resolve(new Response('in'))
      return await Promise.resolve(new Response('', { status: 402, headers: { 'www-authenticate': offer } }))
    }
    return { sent, pretend }
  }

  test.each([
    ['http://api.example/', false],
    ['http://10.0.0.7/', false],
    ['http://127.0.0.1.example/', false],
    ['http://localhost.example/', false],
    ['https://api.example/', true],
    ['http://localhost:3000/', true],
    ['http://app.localhost/', false],
    ['http://127.0.0.2/', true],
    ['http://[::1]:80/', true],
  ])('R35 a solution for %s is sent: %s', async (url, goes) => {
    const { sent, pretend } = elsewhere()
    const { fetch, events } = client({ fetch: pretend })
    expect((await fetch(url)).status).toBe(goes ? 200 : 402)
    expect(sent.some((request) => request.headers.has('x-pow-solution'))).toBe(goes)
    expect(events.at(-1)).toMatchObject(goes ? { type: 'solved' } : { reason: 'plain_http' })
  })

  test('to other machines can be allowed', async () => {
    const { fetch } = client({ fetch: elsewhere().pretend, allowPlainHttp: true })
    expect((await fetch('http://api.example/')).status).toBe(200)
  })
})
