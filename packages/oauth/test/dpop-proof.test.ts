import { accessTokens } from '@turnpike/oauth'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { SignJWT } from 'jose'
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts'
import { createProofKey, hashOf, inShort, type ProofKey, shown, verdictOn } from './shown-request.ts'

const API = 'https://api.example.com/v1/'
const URL_ASKED = 'https://api.example.com/v1/search'

let as: AuthorizationServer
let key: ProofKey
/** Bound to the key. */
let token: string

beforeAll(async () => {
  as = await startAuthorizationServer({ [API]: { audience: API, format: 'jwt' } })
  key = await createProofKey()
  token = await as.token({
    client: 'client-dpop',
    resource: API,
    proof: async (htu) => await key.prove({ htm: 'POST', htu }),
  })
})
afterAll(() => as.close())

const tokens = (options: object = {}) =>
  accessTokens({ issuer: as.issuer, resource: API, allowPlainHttp: true, ...options })
const good = () => ({ htm: 'GET', htu: URL_ASKED, ath: hashOf(token) })
const now = (): number => Math.floor(Date.now() / 1000)

async function verdictOnProof(proof: string | undefined, request: object = {}, options: object = {}) {
  const headers = { authorization: `DPoP ${token}`, ...(proof === undefined ? {} : { dpop: proof }) }
  return await tokens(options).verify(shown(headers, { path: '/v1/search', ...request }))
}

describe('a proof of possession (DPoP)', () => {
  test.each([
    ['none at all', async () => undefined],
    ['text', async () => 'proof'],
    ['two of them', async () => `${await key.prove(good())}, ${await key.prove(good())}`],
    ['one of more than 4,096 letters', async () => await key.prove({ ...good(), pad: 'x'.repeat(4096) })],
    ['one of another type', async () => await key.prove(good(), { typ: 'JWT' })],
    ['one without a key', async () => await key.prove(good(), { jwk: {} })],
    ['one of another key', async () => await (await createProofKey()).prove(good())],
    ['one for another method', async () => await key.prove({ ...good(), htm: 'POST' })],
    ['one for a method in small letters', async () => await key.prove({ ...good(), htm: 'get' })],
    [
      'one for another path',
      async () => await key.prove({ ...good(), htu: 'https://api.example.com/v1/other' }),
    ],
    [
      'one for another host',
      async () => await key.prove({ ...good(), htu: 'https://evil.example.com/v1/search' }),
    ],
    [
      'one over plain http',
      async () => await key.prove({ ...good(), htu: 'http://api.example.com/v1/search' }),
    ],
    ['one for no URL', async () => await key.prove({ ...good(), htu: 'search' })],
    ['one for another token', async () => await key.prove({ ...good(), ath: hashOf('other') })],
    ['one for no token', async () => await key.prove({ ...good(), ath: undefined })],
    ['one without jti', async () => await key.prove({ ...good(), jti: undefined })],
    ['one with an empty jti', async () => await key.prove({ ...good(), jti: '' })],
    ['one with an endless jti', async () => await key.prove({ ...good(), jti: 'x'.repeat(257) })],
    ['one without a time', async () => await key.prove({ ...good(), iat: undefined })],
    ['an old one', async () => await key.prove({ ...good(), iat: now() - 3600 })],
    ['one of the future', async () => await key.prove({ ...good(), iat: now() + 3600 })],
    ['one that anybody could sign', async () => await hmacProof()],
  ])('%s is refused', async (_what, make) => {
    expect(await verdictOnProof(await make())).toMatchObject({
      code: 'bearer_wrong_proof',
      error: 'invalid_dpop_proof',
    })
  })

  test('that holds admits, and is for the store to remember until it is too old', async () => {
    const iat = now()
    const verdict = await verdictOnProof(await key.prove({ ...good(), jti: 'one', iat }))
    expect(inShort(verdict)).toBe('agent client-dpop')
    expect(verdict).toMatchObject({ singleUse: { key: `dpop ${key.jkt} one` } })
    const untilMs = verdict?.outcome === 'verified' ? (verdict.singleUse?.expiresAtMs ?? 0) : 0
    expect(untilMs).toBeGreaterThanOrEqual((iat + 65) * 1000)
    expect(untilMs).toBeLessThan((iat + 70) * 1000)
  })

  test.each([
    ['with a query', 'https://api.example.com/v1/search?q=1#top'],
    ['with its port and in large letters', 'HTTPS://API.example.com:443/v1/search'],
  ])('may write its URL %s', async (_how, htu) => {
    expect(inShort(await verdictOnProof(await key.prove({ ...good(), htu })))).toBe('agent client-dpop')
  })

  test.each([
    ['//evil.example.com/v1/search', 'https://evil.example.com/v1/search'],
    ['/v1/search', 'https://evil.example.com/v1/search'],
  ])('for a request to %s is for the configured host, not %s', async (path, htu) => {
    const proof = await key.prove({ ...good(), htu })
    expect(inShort(await verdictOnProof(proof, { path }))).toBe('bearer_wrong_proof')
  })

  test('for a message of MCP is for the resource itself', async () => {
    const proof = await key.prove({ ...good(), htm: 'POST', htu: API })
    expect(inShort(await verdictOnProof(proof, { method: 'POST', path: 'tools/call' }))).toBe(
      'agent client-dpop',
    )
  })

  test('cannot be checked without the public URL: such tokens are refused', async () => {
    const options = { resource: undefined, audience: [API] }
    expect(inShort(await verdictOnProof(await key.prove(good()), {}, options))).toBe('bearer_unproven')
  })
})

describe('a token', () => {
  test('that is bound to a key is refused as Bearer, remembered or not', async () => {
    const source = tokens()
    expect(await verdictOn(source, token)).toBe('bearer_unproven')
    expect(await verdictOn(source, token)).toBe('bearer_unproven')
  })

  test('that is bound to no key is refused as DPoP', async () => {
    const plain = await as.token({ resource: API })
    expect(await verdictOn(tokens(), plain, 'DPoP')).toBe('bearer_unproven')
  })

  test('that is bound to no key is refused where keys are demanded', async () => {
    const plain = await as.token({ resource: API })
    expect(await verdictOn(tokens({ dpop: 'require' }), plain)).toBe('bearer_unproven')
  })
})

async function hmacProof(): Promise<string> {
  const secret = new TextEncoder().encode('a secret that everybody may choose')
  const jwk: object = { kty: 'oct', k: Buffer.from(secret).toString('base64url') }
  return await new SignJWT({ ...good(), jti: 'x', iat: now() })
    .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk })
    .sign(secret)
}
