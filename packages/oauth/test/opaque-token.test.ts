import { accessTokens } from '@turnpike/oauth'
import { ClientSecretBasic } from 'oauth4webapi'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { RequestListener } from 'node:http'
import { type AuthorizationServer, SECRET, startAuthorizationServer } from './authorization-server.ts'
import { type CannedIssuer, startCannedIssuer } from './canned-issuer.ts'
import { shown, verdictOn } from './shown-request.ts'

const API = 'https://api.example.com'
const OTHER = 'https://other.example.com'
const now = (): number => Math.floor(Date.now() / 1000)

describe('an opaque token of a real server', () => {
  let as: AuthorizationServer
  beforeAll(async () => {
    as = await startAuthorizationServer({
      [API]: { audience: API, format: 'opaque' },
      [OTHER]: { audience: OTHER, format: 'opaque' },
    })
  })
  afterAll(() => as.close())
  const tokens = (introspection: object = {}) =>
    accessTokens({
      issuer: {
        issuer: as.issuer,
        introspection: { clientId: 'gate', clientSecret: SECRET, ...introspection },
      },
      audience: API,
      allowPlainHttp: true,
    })

  test('names the client', async () => {
    const source = tokens({ endpoint: `${as.issuer}/token/introspection` })
    expect(await verdictOn(source, await as.token({ resource: API }))).toBe('agent client-basic')
  })
  test('is asked about as the operator authenticates', async () => {
    const source = tokens({ clientSecret: undefined, clientAuth: ClientSecretBasic(SECRET) })
    expect(await verdictOn(source, await as.token({ resource: API }))).toBe('agent client-basic')
  })
  test('is asked about where the metadata says', async () => {
    expect(await verdictOn(tokens(), await as.token({ resource: API }))).toBe('agent client-basic')
  })
  test('for another audience is refused', async () => {
    expect(await verdictOn(tokens(), await as.token({ resource: OTHER }))).toBe('bearer_wrong_audience')
  })
  test('that was never issued is refused', async () => {
    expect(await verdictOn(tokens(), 'never-issued')).toBe('bearer_inactive')
  })
  test('cannot be judged with the wrong credentials of our own', async () => {
    expect(await verdictOn(tokens({ clientSecret: 'wrong' }), await as.token({ resource: API }))).toBe(
      'unavailable',
    )
  })
})

describe('an answer to an introspection', () => {
  let canned: CannedIssuer
  beforeAll(async () => {
    canned = await startCannedIssuer()
  })
  beforeEach(() => {
    canned.asked.length = 0
    canned.answers.clear()
  })
  afterAll(() => canned.close())
  const tokens = (introspection: object = {}, options: object = {}) =>
    accessTokens({
      issuer: {
        issuer: canned.issuer,
        introspection: {
          clientId: 'gate',
          clientSecret: SECRET,
          endpoint: `${canned.issuer}/ask`,
          ...introspection,
        },
      },
      audience: API,
      allowPlainHttp: true,
      timeoutMs: 300,
      ...options,
    })
  const active = (changes: object = {}) => ({
    active: true,
    aud: API,
    sub: 'user',
    client_id: 'app',
    ...changes,
  })
  const broken: RequestListener = (request) => request.socket.destroy()
  const denied: RequestListener = (_request, response) => void response.writeHead(401).end()

  test.each([
    ['a user', active(), 'human app'],
    ['one audience of several', active({ aud: [OTHER, API] }), 'human app'],
    ['no audience', active({ aud: undefined }), 'bearer_wrong_audience'],
    ['another audience', active({ aud: OTHER }), 'bearer_wrong_audience'],
    ['another issuer', active({ iss: OTHER }), 'bearer_wrong_issuer'],
    ['an end that has passed', active({ exp: now() - 3600 }), 'bearer_expired'],
    ['nobody', active({ sub: undefined, client_id: undefined }), 'bearer_wrong_kind'],
    ['a subject without a name', active({ sub: '' }), 'bearer_wrong_kind'],
    ['a client without a name', active({ sub: undefined, client_id: '' }), 'bearer_wrong_kind'],
    ['a token that is bound to a key', active({ cnf: { jkt: 'abc' } }), 'bearer_unproven'],
    ['inactive', { active: false }, 'bearer_inactive'],
    ['neither yes nor no', { active: 'yes' }, 'unavailable'],
    ['text', 'yes', 'unavailable'],
    ['a broken connection', broken, 'unavailable'],
    ['a refusal of the gate itself', denied, 'unavailable'],
  ])('with %s', async (_what, answer, expected) => {
    canned.answers.set('/ask', answer)
    expect(await verdictOn(tokens(), 'opaque')).toBe(expected)
  })

  test('is believed for a while, good or bad, and asked for once by many', async () => {
    let time = Date.now()
    const source = tokens({}, { now: () => time })
    canned.answers.set('/ask', active())
    await Promise.all([verdictOn(source, 'good'), verdictOn(source, 'good'), verdictOn(source, 'good')])
    canned.answers.set('/ask', { active: false })
    expect(await verdictOn(source, 'bad')).toBe('bearer_inactive')
    canned.answers.set('/ask', active())
    expect([await verdictOn(source, 'good'), await verdictOn(source, 'bad')]).toEqual([
      'human app',
      'bearer_inactive',
    ])
    expect(canned.asked).toHaveLength(2)
    time += 10_001
    expect(await verdictOn(source, 'bad')).toBe('human app')
  })

  test('is not believed beyond the end of the token', async () => {
    let time = Date.now()
    const source = tokens({}, { now: () => time, clockToleranceSeconds: 0 })
    canned.answers.set('/ask', active({ exp: Math.floor(time / 1000) + 2 }))
    expect(await verdictOn(source, 'short')).toBe('human app')
    time += 3000
    expect(await verdictOn(source, 'short')).toBe('bearer_expired')
  })

  test('is asked for each time where that is wanted', async () => {
    const source = tokens({ cacheMs: 0 })
    canned.answers.set('/ask', active())
    await verdictOn(source, 'one')
    await verdictOn(source, 'one')
    expect(canned.asked).toHaveLength(2)
  })

  test('is not asked for by a flood: at most 64 questions at once', async () => {
    const waiting: (() => void)[] = []
    canned.answers.set('/ask', ((_request, response) => {
      waiting.push(() =>
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"active":false}'),
      )
      if (waiting.length === 64) for (const answer of waiting) answer()
    }) satisfies RequestListener)
    const source = tokens({}, { timeoutMs: 5000 })
    const verdicts = await Promise.all(
      Array.from({ length: 70 }, async (_, index) => await verdictOn(source, `guess-${index}`)),
    )
    expect(canned.asked).toHaveLength(64)
    expect(verdicts.filter((verdict) => verdict === 'unavailable')).toHaveLength(6)
  })

  test('says nothing of the token in what callers are told', async () => {
    canned.answers.set('/ask', broken)
    const verdict = await tokens().verify(shown({ authorization: 'Bearer secret-token' }))
    expect(JSON.stringify(verdict)).not.toContain('secret-token')
  })
})
