import { accessTokens } from '@turnpike/oauth'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { RequestListener } from 'node:http'
import { type CannedIssuer, createSigningKey, type SigningKey, startCannedIssuer } from './canned-issuer.ts'
import { shown, verdictOn } from './shown-request.ts'

const API = 'https://api.example.com'
const RFC8414 = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'
const GOOD = 'agent p'

let canned: CannedIssuer
let key: SigningKey
let token: string

beforeAll(async () => {
  canned = await startCannedIssuer()
  key = await createSigningKey('k1')
  token = await key.sign({ iss: canned.issuer, aud: API })
})
beforeEach(() => {
  canned.asked.length = 0
  canned.answers.clear()
  canned.answers.set('/keys', { keys: [key.jwk] })
  canned.answers.set('/moved', { keys: [key.jwk] })
})
afterAll(() => canned.close())

const tokens = (issuer: object = {}, options: object = {}) =>
  accessTokens({
    issuer: { issuer: canned.issuer, ...issuer },
    audience: API,
    allowPlainHttp: true,
    timeoutMs: 20_000,
    ...options,
  })
const metadata = (changes: object = {}) => ({
  issuer: canned.issuer,
  jwks_uri: `${canned.issuer}/keys`,
  ...changes,
})
const broken: RequestListener = (request) => request.socket.destroy()
const silent: RequestListener = () => undefined
const failing: RequestListener = (_request, response) => void response.writeHead(500).end()
const redirecting: RequestListener = (_request, response) =>
  void response.writeHead(302, { location: '/moved' }).end()
const endless: RequestListener = (_request, response) =>
  void response.end(' '.repeat(300_000) + '{"keys":[]}')

describe('the keys of an issuer', () => {
  test.each([
    ['RFC 8414', RFC8414, [RFC8414, '/keys']],
    ['OpenID Connect', OPENID, [RFC8414, OPENID, '/keys']],
  ])('are found by %s, once for many tokens', async (_name, path, asked) => {
    canned.answers.set(path, metadata())
    const source = tokens()
    const other = await key.sign({ iss: canned.issuer, aud: API })
    const verdicts = await Promise.all(
      [token, token, other, other].map(async (one) => await verdictOn(source, one)),
    )
    expect(verdicts).toEqual([GOOD, GOOD, GOOD, GOOD])
    expect(canned.asked).toEqual(asked)
  })

  test('may be named, or given: nobody is asked for what is known', async () => {
    expect(await verdictOn(tokens({ jwksUri: `${canned.issuer}/keys` }), token)).toBe(GOOD)
    expect(canned.asked).toEqual(['/keys'])
    expect(await verdictOn(tokens({ jwks: { keys: [key.jwk] } }), token)).toBe(GOOD)
    expect(canned.asked).toEqual(['/keys'])
  })

  test('are fetched again for a key that is not known, and then not for a while', async () => {
    let time = Date.now()
    const source = tokens({ jwksUri: `${canned.issuer}/keys` }, { keysCooldownMs: 20_000, now: () => time })
    expect(await verdictOn(source, token)).toBe(GOOD)
    const next = await createSigningKey('k2')
    const rotated = await next.sign({ iss: canned.issuer, aud: API })
    canned.answers.set('/keys', { keys: [next.jwk] })
    expect(await verdictOn(source, rotated)).toBe('bearer_forged')
    time += 20_000
    expect(await verdictOn(source, rotated)).toBe(GOOD)
    expect(canned.asked).toEqual(['/keys', '/keys'])
    const unknown = await (await createSigningKey('k3')).sign({ iss: canned.issuer, aud: API })
    expect(await verdictOn(source, unknown)).toBe('bearer_forged')
    expect(canned.asked).toEqual(['/keys', '/keys'])
  })

  test.each([
    ['connections that break', broken],
    ['no answer at all', silent],
    ['status 500', failing],
    ['a redirect', redirecting],
    ['more than we read', endless],
    ['text', 'keys'],
    ['a list', [1]],
    ['keys that are none', { keys: [1] }],
    ['nothing', undefined],
  ])('with %s are out of reach: unavailable, and never the fault of the token', async (_what, answer) => {
    if (answer === undefined) canned.answers.delete('/keys')
    else canned.answers.set('/keys', answer)
    const source = tokens({ jwksUri: `${canned.issuer}/keys` }, answer === silent ? { timeoutMs: 300 } : {})
    expect(await verdictOn(source, token)).toBe('unavailable')
  })

  test.each([
    ['keys', {}, '/keys', 600_000],
    ['metadata', { jwksUri: undefined }, RFC8414, 3_600_000],
  ])('go on being used for an hour while %s cannot be had anew', async (_what, changes, path, keptMs) => {
    let time = Date.now()
    const now = () => time
    canned.answers.set(RFC8414, metadata())
    const source = tokens({ jwksUri: `${canned.issuer}/keys`, ...changes }, { now, timeoutMs: 20_000 })
    const anew = async () => {
      const claims = { iss: canned.issuer, aud: API, jti: String(time), exp: Math.floor(time / 1000) + 60 }
      return await key.sign(claims)
    }
    const ask = async () => await verdictOn(source, await anew())
    expect(await ask()).toBe(GOOD)
    canned.answers.set(path, failing)
    time += keptMs
    canned.asked.length = 0
    expect(await ask()).toBe(GOOD)
    expect(canned.asked.filter((asked) => asked === path)).toEqual([path])
    time += 29_999
    expect(await ask()).toBe(GOOD)
    expect(canned.asked.filter((asked) => asked === path)).toEqual([path])
    time += 3_600_000 - 30_000
    expect(await ask()).toBe(GOOD)
    time += 1
    expect(await ask()).toBe('unavailable')
  })

  test('that are kept in an outage know no others: a token of an unknown key is not judged', async () => {
    let time = Date.now()
    const source = tokens({ jwksUri: `${canned.issuer}/keys` }, { now: () => time })
    expect(await verdictOn(source, token)).toBe(GOOD)
    const other = await (await createSigningKey('k9')).sign({ iss: canned.issuer, aud: API })
    canned.answers.set('/keys', failing)
    time += 31_000
    expect(await verdictOn(source, other)).toBe('unavailable')
  })

  test.each([
    ['of another issuer', metadata.bind(undefined, { issuer: 'http://127.0.0.1:1' })],
    ['of an issuer with a slash more', () => metadata({ issuer: `${canned.issuer}/` })],
    ['without keys', () => metadata({ jwks_uri: undefined })],
    [
      'with keys on another host',
      () => metadata({ jwks_uri: `${canned.issuer.replace('127.0.0.1', 'localhost')}/keys` }),
    ],
    ['that are none', () => 'metadata'],
  ])('are out of reach by metadata %s', async (_what, answer) => {
    canned.answers.set(RFC8414, answer())
    const verdict = await tokens().verify(shown({ authorization: `Bearer ${token}` }))
    expect(verdict).toMatchObject({ outcome: 'unavailable', detail: expect.stringContaining(canned.issuer) })
    expect(JSON.stringify(verdict)).not.toContain(token)
  })

  test('are not asked for again at once after they could not be had, and are a second later', async () => {
    let time = Date.now()
    const source = tokens({ jwksUri: `${canned.issuer}/keys` }, { now: () => time })
    canned.answers.set('/keys', failing)
    for (let times = 0; times < 5; times += 1) expect(await verdictOn(source, token)).toBe('unavailable')
    expect(canned.asked).toEqual(['/keys'])
    canned.answers.set('/keys', { keys: [key.jwk] })
    time += 1001
    expect(await verdictOn(source, token)).toBe(GOOD)
  })

  test('a token without the name of a key is refused where several would do', async () => {
    const keys = [key.jwk, (await createSigningKey('k4')).jwk].map(({ kid: _, ...jwk }) => jwk)
    canned.answers.set('/keys', { keys })
    expect(await verdictOn(tokens({ jwksUri: `${canned.issuer}/keys` }), token)).toBe('bearer_forged')
  })

  test('are an issuer’s own: one cannot sign for another', async () => {
    const other = await startCannedIssuer()
    other.answers.set('/keys', { keys: [(await createSigningKey('k1')).jwk] })
    const source = accessTokens({
      issuers: [canned, other].map(({ issuer }) => ({ issuer, jwksUri: `${issuer}/keys` })),
      audience: API,
      allowPlainHttp: true,
    })
    expect(await verdictOn(source, token)).toBe(GOOD)
    expect(await verdictOn(source, await key.sign({ iss: other.issuer, aud: API }))).toBe('bearer_forged')
    other.close()
  })
})
