import { accessTokens, bearer, type AccessTokenOptions } from '@turnpike/oauth'
import { describe, expect, test } from '@jest/globals'

const issuer = 'https://auth.example.com'
const audience = 'search-api'
const loose = (options: object) => accessTokens(options)
const ofIssuer = (options: object) => loose({ audience, issuer: { issuer, ...options } })
const introspection = { clientId: 'gate', clientSecret: 'hush' }

describe('options of accessTokens()', () => {
  test.each([
    [{ issuer }, /audience/],
    [{ issuer, audience: '' }, /audience/],
    [{ issuer, audience: [] }, /audience/],
    [{ issuer, audience: [undefined] }, /audience/],
    [{ audience }, /issuer/],
    [{ audience, issuers: [] }, /issuer/],
    [{ audience, issuer, issuers: [issuer] }, /not both/],
    [{ audience, issuers: [issuer, issuer] }, /twice/],
    [{ audience, issuer: 'auth.example.com' }, /URL/],
    [{ audience, issuer: 'http://auth.example.com' }, /plain http/],
    [{ audience, issuer: 'http://localhost:3000' }, /allowPlainHttp/],
    [{ audience, issuer: `${issuer}?tenant=1` }, /query/],
    [{ audience, issuer: 'https://me:hush@auth.example.com' }, /no user/],
    [{ issuer, resource: 'http://api.example.com' }, /plain http/],
    [{ issuer, resource: 'https://api.example.com/#x' }, /fragment/],
    [{ issuer, audience, dpop: 'require' }, /resource/],
    [{ issuer, audience, dpop: 'yes' }, /dpop/],
    [{ issuer, audience, revoked: ['jti'] }, /revoked/],
    [{ issuer, audience, clockToleranceSeconds: -1 }, /clockToleranceSeconds/],
    [{ issuer, audience, clockToleranceSeconds: 301 }, /0 to 300/],
    [{ issuer, audience, timeoutMs: 0 }, /timeoutMs/],
    [{ issuer, audience, timeoutMs: 60_001 }, /1 to 60000/],
    [{ issuer, audience, keysCooldownMs: 1.5 }, /keysCooldownMs/],
    [{ issuer, audience, keysCooldownMs: 600_001 }, /0 to 600000/],
  ])('%j is refused', (options, message) => {
    expect(() => loose(options)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringMatching(message) }),
    )
  })

  test.each([
    { clockToleranceSeconds: 0, timeoutMs: 1, keysCooldownMs: 0 },
    { clockToleranceSeconds: 300, timeoutMs: 60_000, keysCooldownMs: 600_000 },
  ])('%j are taken, as the edges of what is', (edges) => {
    expect(() => loose({ issuer, audience, ...edges })).not.toThrow()
  })

  test.each<[string, () => unknown, RegExp]>([
    ['accessTokens()', () => loose(undefined as never), /\{ issuer, resource \}/],
    ["bearer('admin')", () => bearer('admin' as never), /bearer\(\{ scope: 'admin' \}\)/],
  ])('%s is refused, and the fix is named', (_what, make, message) => {
    expect(make).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringMatching(message) }),
    )
  })

  test.each([
    [{ profile: 'id-token' }, /profile/],
    [{ algorithms: ['none'] }, /none/],
    [{ algorithms: ['HS256'] }, /HS/],
    [{ algorithms: [] }, /algorithms/],
    [{ jwksUri: 'http://auth.example.com/keys' }, /plain http/],
    [{ jwksUri: `${issuer}/keys`, jwks: { keys: [] } }, /not both/],
    [{ identify: 'sub' }, /identify/],
    [{ introspection: {} }, /clientId/],
    [{ introspection: { clientId: 'gate' } }, /clientSecret/],
    [{ introspection: { ...introspection, clientAuth: () => undefined } }, /clientSecret/],
    [{ introspection: { ...introspection, endpoint: 'http://auth.example.com' } }, /plain http/],
    [{ introspection: { ...introspection, cacheMs: 300_001 } }, /cacheMs/],
  ])('%j of an issuer is refused, and secrets are not repeated', (options, message) => {
    const invalid = expect.objectContaining({
      code: 'option_invalid',
      message: expect.stringMatching(message),
    })
    expect(() => ofIssuer(options)).toThrow(invalid)
    expect(() => ofIssuer(options)).not.toThrow(/hush/)
  })

  test('two issuers with introspection are refused: an opaque token does not say whose it is', () => {
    const issuers = [issuer, 'https://other.example.com'].map((one) => ({ issuer: one, introspection }))
    expect(() => loose({ audience, issuers })).toThrow(/one issuer at most/)
  })

  test.each([
    [() => loose({ issuer, audience, audiences: [] }), "did you mean 'audience'"],
    [() => ofIssuer({ jwksUrl: `${issuer}/keys` }), "did you mean 'jwksUri'"],
    [() => ofIssuer({ introspection: { ...introspection, clientid: 'x' } }), "did you mean 'clientId'"],
    [() => bearer({ issuer, audience, scopes: 'x' } as AccessTokenOptions), 'scope'],
  ])('a misspelt one is refused by name (%#)', (make, hint) => {
    expect(make).toThrow(
      expect.objectContaining({ code: 'option_unknown', message: expect.stringContaining(hint) }),
    )
  })
})
