import type { IdentityFault } from '@turnpike/core'
import { accessTokens } from '@turnpike/oauth'
import { parseWwwAuthenticate } from '@turnpike/protocol'
import { describe, expect, test } from '@jest/globals'

const ISSUER = 'https://auth.example.com'
const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const expired: IdentityFault = {
  outcome: 'invalid',
  code: 'bearer_expired',
  error: 'invalid_token',
  detail: 'too "old" \n',
}
const unproven: IdentityFault = {
  ...expired,
  code: 'bearer_wrong_proof',
  error: 'invalid_dpop_proof',
  detail: 'no',
}

const read = (lines: readonly string[]) => parseWwwAuthenticate(lines.join(', '))

describe('the lines of WWW-Authenticate', () => {
  const tokens = accessTokens({ issuer: ISSUER, resource: 'https://api.example.com/mcp' })
  const resource_metadata = `https://api.example.com${WELL_KNOWN}/mcp`

  test('put Bearer first, and name no error where nothing was shown', () => {
    expect(read(tokens.challenges([]))).toEqual([
      { scheme: 'bearer', params: { resource_metadata } },
      { scheme: 'dpop', params: { algs: expect.stringContaining('ES256'), resource_metadata } },
    ])
  })

  test('say all scopes at once, and what was wrong, in letters that RFC 6750 has', () => {
    const [bearer, dpop] = read(tokens.challenges(['search', 'admin'], expired))
    expect(bearer?.params).toEqual({
      error: 'invalid_token',
      error_description: 'too old ',
      scope: 'search admin',
      resource_metadata,
    })
    expect(dpop?.params).not.toHaveProperty('error')
  })

  test('say at DPoP what is wrong with a proof', () => {
    const [bearer, dpop] = read(tokens.challenges([], unproven))
    expect(bearer?.params).toEqual({ resource_metadata })
    expect(dpop?.params).toMatchObject({ error: 'invalid_dpop_proof', error_description: 'no' })
  })

  test('have a realm where there is nothing else to say', () => {
    const plain = accessTokens({ issuer: ISSUER, audience: 'search-api' })
    expect(plain.challenges([])).toEqual(['Bearer realm="search-api"'])
    expect(read(plain.challenges([], unproven))).toMatchObject([
      { scheme: 'bearer', params: { error: 'invalid_dpop_proof' } },
    ])
  })
})

describe('protected resource metadata (RFC 9728)', () => {
  test.each([
    ['https://api.example.com/mcp', [`${WELL_KNOWN}/mcp`, WELL_KNOWN]],
    ['https://api.example.com', [WELL_KNOWN]],
    ['https://api.example.com/', [WELL_KNOWN]],
  ])('of %s is at %j', (resource, paths) => {
    const { documents } = accessTokens({ issuer: ISSUER, resource })
    expect([...(documents?.keys() ?? [])]).toEqual(paths)
    for (const document of documents?.values() ?? []) expect(document).toMatchObject({ resource })
  })

  test('names the authorization servers that a client could ask, and what it may ask for', () => {
    const { documents } = accessTokens({
      issuers: [ISSUER, { issuer: 'https://kubernetes.default.svc', profile: 'workload' }],
      resource: 'https://api.example.com',
      scopesSupported: ['search'],
      dpop: 'require',
    })
    expect(documents?.get(WELL_KNOWN)).toEqual({
      resource: 'https://api.example.com',
      authorization_servers: [ISSUER],
      scopes_supported: ['search'],
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: expect.arrayContaining(['ES256', 'EdDSA']),
      dpop_bound_access_tokens_required: true,
    })
  })

  test('is not there without a public URL', () => {
    expect(accessTokens({ issuer: ISSUER, audience: 'search-api' }).documents?.size).toBe(0)
  })
})
