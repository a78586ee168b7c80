import { accessTokens } from '@turnpike/oauth'
import { ClientSecretBasic } from 'oauth4webapi'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { IdentitySource } from '@turnpike/core'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { text as textOf } from 'node:stream/consumers'
import { type AuthorizationServer, SECRET, startAuthorizationServer } from './authorization-server.ts'
import { type CannedIssuer, startCannedIssuer } from './canned-issuer.ts'
import { inShort, shown, verdictOn } from './shown-request.ts'

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
      timeoutMs: 20_000,
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

  describe('in a flood of tokens that nobody knows', () => {
    /** An issuer that answers questions about guesses when it has so many, others at once. @returns what answers them */
    function holding(count: number): () => void {
      const waiting: (() => void)[] = []
      canned.answers.set('/ask', ((request, response) => {
        void answering(request, response)
      }) satisfies RequestListener)
      const answering = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        const body = await textOf(request)
        const answer = (says: object) => () =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(says))
        if (body.includes('token=good')) answer(active())()
        else if (waiting.push(answer({ active: false })) === count) release()
      }
      const release = (): void => waiting.splice(0).forEach((go) => go())
      return release
    }
    const guess = async (source: IdentitySource, index: number, ip: string) =>
      inShort(await source.verify(shown({ authorization: `Bearer guess-${index}` }, { ip })))
    const guesses = async (source: IdentitySource, count: number, addressOf: (index: number) => string) =>
      await Promise.all(
        Array.from({ length: count }, async (_, index) => await guess(source, index, addressOf(index))),
      )

    test('is asked for by 48 of them at once', async () => {
      holding(48)
      const verdicts = await guesses(tokens(), 60, (index) => `192.0.2.${index}`)
      expect(canned.asked).toHaveLength(48)
      expect(verdicts.filter((verdict) => verdict === 'unavailable')).toHaveLength(12)
    })

    test.each([
      ['an address', () => '192.0.2.1'],
      ['a household', (index: number) => `2001:db8:0:1::${index + 1}`],
      ['those without an address', () => ''],
    ])('is asked for by 16 of %s at once, and by more when those are done', async (_who, addressOf) => {
      const source = tokens()
      holding(16)
      const verdicts = await guesses(source, 20, addressOf)
      expect(canned.asked).toHaveLength(16)
      expect(verdicts.filter((verdict) => verdict === 'unavailable')).toHaveLength(4)
      holding(1)
      expect(await guess(source, 99, addressOf(99))).toBe('bearer_inactive')
    })

    test('is asked for all the same about a token that was good before', async () => {
      let time = Date.now()
      const source = tokens({}, { now: () => time })
      const release = holding(Infinity)
      expect(await verdictOn(source, 'good')).toBe('human app')
      const flood = guesses(source, 60, (index) => `192.0.2.${index}`)
      expect(await verdictOn(source, 'good')).toBe('human app')
      time += 10_001
      expect(await verdictOn(source, 'good')).toBe('human app')
      expect(await verdictOn(source, 'goodness')).toBe('unavailable')
      time += 3_600_000
      expect(await verdictOn(source, 'good')).toBe('unavailable')
      while (canned.asked.length < 50) await pause(5)
      release()
      expect((await flood).filter((verdict) => verdict === 'bearer_inactive')).toHaveLength(48)
    })
  })

  test('says nothing of the token in what callers are told', async () => {
    canned.answers.set('/ask', broken)
    const verdict = await tokens().verify(shown({ authorization: 'Bearer secret-token' }))
    expect(JSON.stringify(verdict)).not.toContain('secret-token')
  })
})
