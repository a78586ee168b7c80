import { accessTokens, bearer } from '@turnpike/oauth'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { decodeJwt, generateKeyPair, exportSPKI, SignJWT, type JWTPayload } from 'jose'
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts'
import { inShort, shown, verdictOn } from './shown-request.ts'

const API = 'https://api.example.com/search'
const OTHER = 'https://other.example.com/'

let as: AuthorizationServer
let token: string
/** What the real server signed. */
let claims: JWTPayload

beforeAll(async () => {
  as = await startAuthorizationServer({
    [API]: { audience: API, format: 'jwt' },
    [OTHER]: { audience: OTHER, format: 'jwt' },
  })
  token = await as.token({ resource: API })
  claims = decodeJwt(token)
})
afterAll(() => as.close())

const tokens = (options: object = {}) =>
  accessTokens({ issuer: as.issuer, resource: API, allowPlainHttp: true, ...options })
const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const now = (): number => Math.floor(Date.now() / 1000)

describe('an access token (JWT)', () => {
  test.each([
    ['no header', {}, 'nothing shown'],
    ['a scheme of its own', { authorization: 'Basic abc' }, 'nothing shown'],
    ['letters that no token has', { authorization: 'Bearer a"b' }, 'bearer_malformed'],

    ['an opaque text', { authorization: 'Bearer abcdef' }, 'bearer_malformed'],
    ['three parts of nothing', { authorization: 'Bearer a.b.c' }, 'bearer_malformed'],
    ['five parts', { authorization: 'Bearer a.b.c.d.e' }, 'bearer_malformed'],
  ])('with %s: %j: %s', async (_what, headers, expected) => {
    expect(inShort(await tokens().verify(shown(headers)))).toBe(expected)
  })

  test.each(['Bearer', 'DPoP'])(
    'twice, again as %s, is refused: nobody could say which one counts',
    async (scheme) => {
      const authorization = `Bearer ${token}, ${scheme} ${token}`
      expect(inShort(await tokens().verify(shown({ authorization })))).toBe('bearer_malformed')
    },
  )

  test('of 8,193 letters is refused before anybody reads it', async () => {
    const verdict = await tokens().verify(shown({ authorization: `Bearer ${'a'.repeat(8193)}` }))
    expect(verdict).toMatchObject({ code: 'bearer_malformed', detail: expect.stringContaining('8192') })
  })

  test('of the real server names issuer, subject and client; a program is an agent', async () => {
    const verdict = await tokens().verify(shown({ authorization: `Bearer ${token}` }))
    expect(verdict).toEqual({
      outcome: 'verified',
      identity: {
        source: 'bearer',
        class: 'agent',
        id: JSON.stringify([as.issuer, 'client-basic', 'client-basic']),
        subject: JSON.stringify([as.issuer, 'client-basic']),
        scopes: ['search'],
        client: 'client-basic',
        claims,
      },
    })
  })

  test('stands beside credentials of other schemes', async () => {
    const authorization = `L402 abc:def, bearer ${token}`
    expect(inShort(await tokens().verify(shown({ authorization })))).toBe('agent client-basic')
  })

  test('of a user is human, and its account is the user whatever the client', async () => {
    const source = tokens()
    const subjects = await Promise.all(
      ['app-1', 'app-2'].map(async (client_id) => {
        const text = await as.sign({ ...claims, sub: 'user-7', client_id })
        const verdict = await source.verify(shown({ authorization: `Bearer ${text}` }))
        return verdict?.outcome === 'verified' ? verdict.identity : undefined
      }),
    )
    expect(subjects.map((one) => one?.class)).toEqual(['human', 'human'])
    expect(new Set(subjects.map((one) => one?.subject)).size).toBe(1)
    expect(new Set(subjects.map((one) => one?.id)).size).toBe(2)
  })

  test('for another audience is refused', async () => {
    expect(await verdictOn(tokens(), await as.token({ resource: OTHER }))).toBe('bearer_wrong_audience')
  })

  test.each<[string, object, object, string]>([
    ['of another issuer', { iss: 'https://evil.example.com' }, {}, 'bearer_wrong_issuer'],
    ['of an issuer with a slash more', { iss: 'SLASH' }, {}, 'bearer_wrong_issuer'],
    ['without an issuer', { iss: undefined }, {}, 'bearer_wrong_issuer'],
    ['that has expired', { exp: now() - 3600 }, {}, 'bearer_expired'],
    ['that is not valid yet', { nbf: now() + 3600 }, {}, 'bearer_expired'],
    ['that never expires', { exp: undefined }, {}, 'bearer_wrong_kind'],
    ['without a client', { client_id: undefined }, {}, 'bearer_wrong_kind'],
    ['without a subject', { sub: undefined }, {}, 'bearer_wrong_kind'],
    ['without an id', { jti: undefined }, {}, 'bearer_wrong_kind'],
    ['whose subject is no text', { sub: 7 }, {}, 'bearer_wrong_kind'],
    ['whose subject is empty', { sub: '' }, {}, 'bearer_wrong_kind'],
    ['without an audience', { aud: undefined }, {}, 'bearer_wrong_kind'],
    ['with one audience of several', { aud: [OTHER, API] }, {}, 'agent client-basic'],
    ['that is an ID token', {}, { typ: 'JWT' }, 'bearer_wrong_kind'],
    ['without a type', {}, { typ: undefined }, 'bearer_wrong_kind'],
    ['with its type in full', {}, { typ: 'application/AT+jwt' }, 'agent client-basic'],
    ['signed with a key that is not known', {}, { kid: 'as-2' }, 'bearer_forged'],
    ['with an extension that must be understood', {}, { crit: ['x-new'], 'x-new': 1 }, 'bearer_malformed'],
    ['that is bound to a key, shown as if it were not', { cnf: { jkt: 'abc' } }, {}, 'bearer_unproven'],
    ['that is bound to a certificate', { cnf: { 'x5t#S256': 'abc' } }, {}, 'bearer_unproven'],
  ])('%s: %j %j: %s', async (_what, changes, header, expected) => {
    const changed = Object.fromEntries(
      Object.entries({ ...claims, ...changes }).map(([name, value]) => [
        name,
        value === 'SLASH' ? `${as.issuer}/` : value,
      ]),
    )
    expect(await verdictOn(tokens(), await as.sign(changed, header))).toBe(expected)
  })

  test('signed by somebody else is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    expect(await verdictOn(tokens(), await as.sign(claims, {}, privateKey))).toBe('bearer_forged')
  })

  test('with another payload under a good signature is refused', async () => {
    const [header, , signature] = token.split('.')
    const changed = [header, base64url({ ...claims, scope: 'search admin' }), signature].join('.')
    expect(await verdictOn(tokens(), changed)).toBe('bearer_forged')
  })

  test.each(['', 'x'])('that nobody signed (none, signature %j) is refused', async (signature) => {
    const text = `${base64url({ alg: 'none', typ: 'at+jwt' })}.${base64url(claims)}.${signature}`
    expect(await verdictOn(tokens(), text)).toBe('bearer_forged')
  })

  test('signed with a public key for a secret is refused, and the keys are not even fetched', async () => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true })
    const secret = new TextEncoder().encode(await exportSPKI(publicKey))
    const text = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'as-1' })
      .sign(secret)
    const source = tokens({ issuer: { issuer: as.issuer, jwksUri: 'http://127.0.0.1:9/keys' } })
    expect(await verdictOn(source, text)).toBe('bearer_forged')
  })

  test('with an algorithm that its issuer is not to use is refused', async () => {
    const source = tokens({ issuer: { issuer: as.issuer, algorithms: ['RS256'] } })
    expect(await verdictOn(source, token)).toBe('bearer_forged')
  })

  test('that is remembered ends when it expires', async () => {
    let time = Date.now()
    const source = tokens({ now: () => time })
    const text = await as.sign({ ...claims, exp: Math.floor(time / 1000) + 20 })
    expect(await verdictOn(source, text)).toBe('agent client-basic')
    time += 24_000
    expect(await verdictOn(source, text)).toBe('agent client-basic')
    time += 2000
    expect(await verdictOn(source, text)).toBe('bearer_expired')
  })

  test('that is remembered is known at once', async () => {
    const source = tokens()
    const request = shown({ authorization: `Bearer ${token}` })
    const [first, second] = [source.verify(request), await source.verify(request)]
    expect(first).toBeInstanceOf(Promise)
    expect(source.verify(request)).toEqual(second)
  })
})

describe('revocation', () => {
  test.each([
    ['a subject', (sub: string) => sub === 'client-basic'],
    ['all, by a promise', async () => true],
  ])('of %s is asked about a token that is remembered, too', async (_what, denies) => {
    let isOn = false
    const source = tokens({
      revoked: ({ claims: { sub } }: { claims: { sub: string } }) => (isOn ? denies(sub) : false),
    })
    expect(await verdictOn(source, token)).toBe('agent client-basic')
    isOn = true
    expect(await verdictOn(source, token)).toBe('bearer_inactive')
  })

  test('that cannot be asked is nobody’s fault', async () => {
    const revoked = () => {
      throw new Error('the database is down')
    }
    expect(await verdictOn(tokens({ revoked }), token)).toBe('unavailable')
  })
})

describe('a profile', () => {
  const issuerOf = (options: object) => tokens({ issuer: { issuer: as.issuer, ...options } })
  const bare = () => ({
    iss: as.issuer,
    aud: API,
    exp: now() + 60,
    sub: 'repo:acme/site:ref:refs/heads/main',
  })

  test.each([
    ['jwt', 'JWT', {}, 'human -'],
    ['jwt', undefined, { azp: 'web' }, 'human web'],
    ['jwt', 'logout+jwt', {}, 'bearer_wrong_kind'],
    ['workload', undefined, {}, 'agent -'],
    ['workload', 'JOSE', {}, 'agent -'],
    ['workload', 'dpop+jwt', {}, 'bearer_wrong_kind'],
  ])('%s with typ %s and %j: %s', async (profile, typ, changes, expected) => {
    const text = await as.sign({ ...bare(), ...changes }, { typ })
    expect(await verdictOn(issuerOf({ profile }), text)).toBe(expected)
  })

  test('may name callers in words of its own, and demand more claims', async () => {
    const source = issuerOf({
      profile: 'workload',
      requiredClaims: ['repository'],
      identify: ({ repository }: { repository: string }) => ({
        class: 'ci',
        subject: 'acme',
        client: repository,
      }),
    })
    const text = await as.sign({ ...bare(), repository: 'acme/site' }, { typ: 'JWT' })
    expect(await verdictOn(source, text)).toBe('ci acme/site')
    expect(await verdictOn(source, await as.sign(bare(), { typ: 'JWT' }))).toBe('bearer_wrong_kind')
  })

  test.each([
    [{ scope: 'a b  c' }, ['a', 'b', 'c']],
    [{ scp: ['a', 'b', 3] }, ['a', 'b']],
    [{ scp: 'a b' }, ['a', 'b']],
    [{}, []],
  ])('reads scopes from %j', async (changes, expected) => {
    const text = await as.sign({ ...bare(), ...changes }, { typ: 'JWT' })
    const verdict = await issuerOf({ profile: 'jwt' }).verify(shown({ authorization: `Bearer ${text}` }))
    expect(verdict?.outcome === 'verified' && verdict.identity.scopes).toEqual(expected)
  })
})

describe('bearer()', () => {
  const source = accessTokens({ issuer: 'https://auth.example.com', audience: API })

  test.each([
    ['a source to share', bearer(source), { source }],
    [
      'a source, a scope and a quota',
      bearer(source, { scope: 'a', quota: '600/1m' }),
      { source, scope: 'a', quota: '600/1m' },
    ],
    ['nothing: the source of the gate', bearer(), {}],
    ['a scope alone', bearer({ scope: ['a', 'b'] }), { scope: ['a', 'b'] }],
  ])('takes %s', (_what, requirement, terms) => {
    expect(requirement).toEqual({ rail: 'bearer', terms })
  })

  test('takes the options of a source of its own', () => {
    const { terms } = bearer({ issuer: 'https://auth.example.com', audience: API, scope: 'search' })
    expect(terms).toMatchObject({ scope: 'search', source: { kind: 'bearer' } })
  })
})
