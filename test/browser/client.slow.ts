import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ClientEvent } from '@turnpike/client'
import type { Page } from 'playwright-core'
import { useBrowser } from './browser.ts'
import { openGatedApi } from './gated-api.ts'
import { openSite, type Site } from './site.ts'

const { visit } = useBrowser()
let site: Site
let api: Site
beforeAll(async () => {
  site = await openSite()
  api = await openGatedApi()
})
afterAll(async () => {
  await site.close()
  await api.close()
})

interface Seen {
  readonly status: number
  readonly body: unknown
  readonly fields: Readonly<Record<string, string>>
  readonly events: readonly ClientEvent['type'][]
}

/** Calls the API from a page of the site, through the gate unless `bare`. */
async function call(
  page: Page,
  path: string,
  options: { body?: string; bare?: boolean } = {},
): Promise<Seen> {
  return await page.evaluate(
    async ({ url, body, bare }) => {
      const { createFetch } = await import('@turnpike/client')
      const events: ClientEvent['type'][] = []
      const send = bare === true ? fetch : createFetch({ onEvent: ({ type }) => void events.push(type) })
      const post = { method: 'POST', headers: { 'Content-Type': 'application/json' } }
      const response = await send(url, body === undefined ? {} : { ...post, body })
      const json: unknown = await response.json()
      return { status: response.status, body: json, fields: Object.fromEntries(response.headers), events }
    },
    { url: `${api.origin}${path}`, ...options },
  )
}

describe.each(['/cors', '/hand'])('a page of another origin than the API below %s', (mount) => {
  test('gets through the gate: refused, solved, admitted', async () => {
    const { page } = await visit(site.origin)
    const answer = await call(page, `${mount}/paid`)
    expect(answer).toMatchObject({ status: 200, body: { way: 'pow' } })
    expect(answer.events).toEqual(['challenged', 'solving', 'solved'])
  })

  test('sends its body again with the solution', async () => {
    const { page } = await visit(site.origin)
    const answer = await call(page, `${mount}/paid`, { body: '{"query":"wait, work or pay"}' })
    expect(answer).toMatchObject({ status: 200, body: { query: 'wait, work or pay' } })
  })

  test('may read the refusal and all that it says in its fields', async () => {
    const { page } = await visit(site.origin)
    expect((await call(page, `${mount}/metered`, { bare: true })).status).toBe(200)
    const { status, body, fields } = await call(page, `${mount}/metered`, { bare: true })
    expect([status, body]).toMatchObject([402, { code: 'proof_required', offers: [{ rail: 'pow' }] }])
    expect(fields).toMatchObject({
      'www-authenticate': expect.stringMatching(/^PoW challenge=/),
      'retry-after': expect.stringMatching(/^\d+$/),
      ratelimit: expect.any(String),
      'ratelimit-policy': expect.any(String),
    })
  })

  test('may read how it was admitted', async () => {
    const { page } = await visit(site.origin)
    const { fields } = await call(page, `${mount}/paid`)
    expect(fields).toMatchObject({ 'turnpike-admission': 'pow;uses=0' })
  })

  test('could read none of it where no gate exposes it', async () => {
    const { page } = await visit(site.origin)
    const { fields } = await call(page, `${mount}/bare`, { bare: true })
    expect(fields).not.toHaveProperty('retry-after')
  })
})

describe('a page of another origin', () => {
  test("keeps the application's own exposed fields", async () => {
    const { page } = await visit(site.origin)
    expect((await call(page, '/hand/paid')).fields).toMatchObject({ 'x-own-field': 'own' })
    expect((await call(page, '/hand/paid', { bare: true })).fields).toMatchObject({ 'x-own-field': 'own' })
  })

  test('is told by the browser, not by us, where the API wants none', async () => {
    const { page, complaints } = await visit(site.origin)
    await expect(call(page, '/closed/paid')).rejects.toThrow('Failed to fetch')
    expect(complaints.join('\n')).toContain('blocked by CORS policy')
  })

  test('gets through where a redirect leads to the gate', async () => {
    const { page } = await visit(site.origin)
    expect(await call(page, '/cors/moved')).toMatchObject({ status: 200, body: { way: 'pow' } })
  })

  test.each([
    [
      'the body of a request cannot be read as a stream (Firefox)',
      () => Reflect.deleteProperty(Request.prototype, 'body'),
    ],
    [
      'streams cannot be iterated (Safari)',
      () => {
        Reflect.deleteProperty(ReadableStream.prototype, Symbol.asyncIterator)
        Reflect.deleteProperty(ReadableStream.prototype, 'values')
      },
    ],
  ])('gets through with a body where %s', async (_lacking, without) => {
    const { page } = await visit(site.origin, without)
    expect(await call(page, '/cors/paid', { body: '{"query":"work"}' })).toMatchObject({
      status: 200,
      body: { query: 'work' },
    })
  })

  test('breaks off when its signal says so', async () => {
    const { page } = await visit(site.origin)
    const reason = await page.evaluate(async (url) => {
      const { createFetch } = await import('@turnpike/client')
      const controller = new AbortController()
      const send = createFetch({
        onEvent: ({ type }) => type === 'solving' && controller.abort(new Error('enough')),
      })
      return await send(url, { signal: controller.signal }).then(
        () => 'answered',
        (error: Error) => error.message,
      )
    }, `${api.origin}/cors/paid`)
    expect(reason).toBe('enough')
  })
})
