import { afterAll, describe, expect, test } from '@jest/globals'
import { formatPowChallenge } from '@turnpike/protocol'
import {
  INVOICE,
  L402,
  offerFor,
  PROBLEM,
  refusing,
  type Scripted,
  serve,
  stopServers,
} from './scripted-gate.ts'
import { turnpike } from './turnpike.ts'

afterAll(stopServers)

/** Codes of what was found, mistakes and notes apart. */
async function findingsAt(url: string, ...args: string[]) {
  const { exitCode, stdout } = await turnpike(['doctor', url, '--json', ...args])
  const { findings }: { findings: { kind: string; code: string }[] } = JSON.parse(stdout)
  const codes = (wanted: string) => findings.filter(({ kind }) => kind === wanted).map(({ code }) => code)
  return { exitCode, mistakes: codes('mistake'), notes: codes('note') }
}

describe('doctor', () => {
  test('finds nothing wrong with the healthy answer that the next tests spoil', async () => {
    expect(await findingsAt(await refusing({}))).toEqual({
      exitCode: 0,
      mistakes: [],
      notes: ['cors_absent'],
    })
  })

  const page = { 'access-control-allow-origin': '*' }
  test.each<[string, string, Scripted]>([
    ['401 where 402 belongs', 'status_wrong', { status: 401 }],
    ['403 where 402 belongs', 'status_wrong', { status: 403 }],
    ['no WWW-Authenticate', 'authenticate_missing', { fields: { 'www-authenticate': undefined } }],
    [
      'work before payment',
      'authenticate_order',
      { fields: { 'www-authenticate': [formatPowChallenge(offerFor()), L402] } },
    ],
    [
      'Bearer before payment',
      'authenticate_order',
      { fields: { 'www-authenticate': ['Bearer realm="x"', L402] } },
    ],
    [
      'Bearer after others in a 401',
      'authenticate_order',
      { status: 401, fields: { 'www-authenticate': [L402, 'Bearer realm="x"'] } },
    ],
    [
      'a header of more than 4 kB',
      'authenticate_too_long',
      { fields: { 'www-authenticate': L402.replace(INVOICE, `lnbc${'p'.repeat(4090)}`) } },
    ],
    [
      'a foreign parameter named token',
      'authenticate_parameters',
      { fields: { 'www-authenticate': [L402, 'Other token="x"'] } },
    ],
    [
      'a PoW line without a target',
      'authenticate_unreadable',
      { fields: { 'www-authenticate': 'PoW challenge="x"' } },
    ],
    [
      'an L402 line without an invoice',
      'authenticate_unreadable',
      { fields: { 'www-authenticate': 'L402 macaroon="AgEB"' } },
    ],
    ['two challenges', 'offers_differ', { body: { ...PROBLEM, offers: [offerFor({ expiresInS: 299 })] } }],
    ['work that clients refuse', 'offer_too_hard', { offer: offerFor({ target: 0x0000007f }) }],
    ['a challenge that has expired', 'offer_expired', { offer: offerFor({ expiresInS: 0 }) }],
    ['a challenge that was issued long ago', 'clock_apart', { offer: offerFor({ issuedBeforeS: 60 }) }],
    ['another status in the body', 'problem_unreadable', { body: { ...PROBLEM, status: 429 } }],
    [
      'a body that calls itself JSON alone',
      'problem_unreadable',
      { fields: { 'content-type': 'application/json' } },
    ],
    [
      'nothing offered',
      'no_way_on',
      { fields: { 'www-authenticate': undefined, 'retry-after': undefined }, body: PROBLEM },
    ],
    ['a cacheable challenge', 'no_store_missing', { fields: { 'cache-control': 'private' } }],
    [
      'Retry-After as a date',
      'retry_after_form',
      { fields: { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' } },
    ],
    ['Retry-After of 0', 'retry_after_form', { fields: { 'retry-after': '0' } }],
    ['Retry-After of half a second', 'retry_after_form', { fields: { 'retry-after': '0.5' } }],
    ['two words for how long to wait', 'retry_after_form', { fields: { 'retry-after': '8' } }],
    ['fields that pages cannot read', 'cors_exposure', { fields: page }],
    [
      'a star that means nothing with credentials',
      'cors_exposure',
      {
        fields: { ...page, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': '*' },
      },
    ],
    [
      'a clock of ten minutes ago',
      'clock_apart',
      { fields: { date: new Date(Date.now() - 600_000).toUTCString() } },
    ],
  ])('names %s: %s', async (_, code, scripted) => {
    const { exitCode, mistakes } = await findingsAt(await refusing(scripted))
    expect([exitCode, mistakes]).toEqual([3, expect.arrayContaining([code])])
  })

  test.each<[string, string, Scripted]>([
    ['a body that is no problem document', 'problem_unreadable', { body: 'Payment Required' }],
    ['429 without Retry-After', 'retry_after_missing', { status: 429, fields: { 'retry-after': undefined } }],
    [
      'RateLimit of an old draft',
      'rate_limit_unreadable',
      { fields: { ratelimit: 'limit=10, remaining=1, reset=7' } },
    ],
    [
      'test money at a server of this machine',
      'invoice_network',
      { fields: { 'www-authenticate': L402.replace('lnbc', 'lnbcrt') } },
    ],
    ['an answer of no gate', 'not_gated', { status: 200 }],
    [
      "an application's own conflict",
      'not_gated',
      { status: 409, fields: { 'www-authenticate': undefined }, body: 'Conflict' },
    ],
    [
      'a limiter that is no gate, whose 429 nobody can spend,',
      'problem_unreadable',
      {
        status: 429,
        fields: { 'www-authenticate': undefined, 'cache-control': undefined },
        body: 'Too many',
      },
    ],
    ['a gate that observes', 'observed', { status: 200, fields: { 'turnpike-admission': 'observed' } }],
    ['a redirect', 'redirected', { status: 302, fields: { location: '/elsewhere' } }],
  ])('notes %s: %s', async (_, code, scripted) => {
    const { mistakes, notes } = await findingsAt(await refusing(scripted))
    expect([mistakes, notes]).toEqual([[], expect.arrayContaining([code])])
  })

  test('takes payment before work, and Bearer last, for right', async () => {
    const lines = [L402, formatPowChallenge(offerFor()), 'Bearer realm="x"']
    const offer = offerFor()
    const fields = { 'www-authenticate': lines.with(1, formatPowChallenge(offer)) }
    expect((await findingsAt(await refusing({ fields, offer }))).mistakes).toEqual([])
  })

  test.each([
    [402, 'preflight_gated', {}],
    [
      204,
      'preflight_header',
      { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' },
    ],
  ])('names a preflight of %d: %s', async (status, code, fields) => {
    const url = await serve((request, response) => {
      if (request.method === 'OPTIONS') response.writeHead(status, fields)
      response.end()
    })
    expect((await findingsAt(url)).mistakes).toEqual([code])
  })

  test('names a challenge endpoint that may be cached, and notes one that is not there', async () => {
    const cached = await serve((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(offerFor()))
    })
    expect((await findingsAt(cached)).mistakes).toEqual(['no_store_missing'])
    const missing = await serve((request, response) => {
      if (request.url?.startsWith('/api/') === true) response.statusCode = 404
      response.end()
    })
    expect((await findingsAt(missing)).notes).toContain('endpoint_missing')
  })

  test.each([
    [402, { mistakes: ['mcp_initialize_refused'] }],
    [403, { mistakes: ['mcp_initialize_refused'] }],
    [401, { mistakes: [], notes: ['mcp_initialize_refused'] }],
    [200, { mistakes: [], notes: [] }],
  ])('at an MCP endpoint sends initialize, and judges an answer of %d', async (status, expected) => {
    const asked: string[] = []
    const url = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (chunk) => asked.push(`${request.method} ${String(chunk)}`))
      request.on('end', () => response.writeHead(status).end())
    })
    expect(await findingsAt(`${url}/mcp`)).toMatchObject(expected)
    expect(asked).toEqual([expect.stringMatching(/^POST \{.*"method":"initialize"/)])
  })

  test('sends method, fields and body as told', async () => {
    let asked = ''
    const url = await serve((request, response) => {
      if (request.method === 'PUT')
        request.on(
          'data',
          (chunk) =>
            (asked = JSON.stringify([
              request.headers['x-key'],
              request.headers['content-type'],
              String(chunk),
            ])),
        )
      request.on('end', () => response.end()).resume()
    })
    await findingsAt(url, '-X', 'put', '-H', 'X-Key: 7', '-d', '{"a":1}')
    expect(JSON.parse(asked)).toEqual(['7', 'application/json', '{"a":1}'])
  })

  test('does not wait for the end of a stream', async () => {
    const endless = await serve((_, response) => void response.writeHead(200).write('data: 1\n\n'))
    expect((await turnpike(['doctor', endless, '--challenge-path', '/x'])).stdout).toContain(': 200')
  })

  test('control characters of the server do not reach the terminal', async () => {
    const url = await refusing({ body: { ...PROBLEM, code: 'a' }, fields: { 'retry-after': 'x\u009b31m' } })
    const { stdout } = await turnpike(['doctor', url], { terminal: true, env: { NO_COLOR: '1' } })
    expect(stdout).toContain(String.raw`\u009b31m`)
    expect(stdout).not.toContain('\u009b')
  })
})
