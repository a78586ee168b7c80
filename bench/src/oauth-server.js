/** The servers of the OAuth suite: one route, one answer, and who looks at the token of each request. */
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
import { turnpike } from '@turnpike/express'
import { accessTokens, bearer } from '@turnpike/oauth'
import express from 'express'
import { randomUUID } from 'node:crypto'
import { measured } from './measured-server.js'

/** The very copy that the package runs on: the peers of this folder bring an older one along. */
const COPY = new URL('../../node_modules/jose/dist/webapi/index.js', import.meta.url)
/** @type {typeof import('jose')} */
const { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } = await import(COPY.href)

const ISSUER = 'https://auth.example.com'
const API = 'https://api.example.com'
/** Sent with the answer to a request without a token: the load has no other way to get one. */
const TOKEN_FIELD = 'x-bench-token'

export const contenders = {
  bare: async () => await served('one', () => []),
  turnpike: async () => await served('one', ours),
  'turnpike-new': async () => await served('new', ours),
  sdk: async () => await served('one', theirs),
  'sdk-new': async () => await served('new', theirs),
}

/** @typedef {{ keys: import('jose').JWK[] }} KeySet */

/** @param {KeySet} jwks */
function ours(jwks) {
  const tokens = accessTokens({ issuer: { issuer: ISSUER, jwks }, audience: API })
  const { protect } = turnpike({ name: 'bench', secret: 'a secret of 32 characters or more' })
  return [protect(bearer(tokens, { scope: 'search' }))]
}

/** With the same checks by the same library, as its documentation has it. @param {KeySet} jwks */
function theirs(jwks) {
  const keys = createLocalJWKSet(jwks)
  const verifyAccessToken = async (/** @type {string} */ token) => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: API,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      clockTolerance: 5,
      requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
    })
    const clientId = String(payload['client_id'])
    return { token, clientId, scopes: String(payload['scope']).split(' '), expiresAt: payload.exp ?? 0 }
  }
  return [requireBearerAuth({ verifier: { verifyAccessToken }, requiredScopes: ['search'] })]
}

/**
 * @param {'one' | 'new'} tokens one for all requests, as a program keeps its own; or one for each
 * @param {(jwks: KeySet) => import('express').RequestHandler[]} guards
 */
async function served(tokens, guards) {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const sign = async () =>
    await new SignJWT({ scope: 'search', client_id: 'agent', jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
      .setIssuer(ISSUER)
      .setAudience(API)
      .setSubject('agent')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
  const first = await sign()
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] }
  const app = express()
  const handOut = async (/** @type {import('express').Response} */ response) => {
    response.setHeader(TOKEN_FIELD, tokens === 'one' ? first : await sign())
    response.sendStatus(401)
  }
  app.get('/search', (request, response, next) => {
    if (request.headers.authorization === undefined) void handOut(response)
    else next()
  })
  app.get('/search', ...guards(jwks), (_request, response) => {
    response.json({ ok: true, items: [1, 2, 3] })
  })
  return measured(() => app.listen(0, '127.0.0.1'))
}
