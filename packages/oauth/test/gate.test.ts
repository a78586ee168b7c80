import { anyOf, createGate, pow, type Gate, type GateEvent } from '@turnpike/core'
import { turnpike } from '@turnpike/express'
import { accessTokens, type AccessTokens, bearer } from '@turnpike/oauth'
import { type AuthChallenge, parseWwwAuthenticate } from '@turnpike/protocol'
import { redisStore } from '@turnpike/redis'
import { createRawHttp, type RawClient, type RawRequest } from '@turnpike/testkit'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import express from 'express'
import { Redis } from 'ioredis'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts'
import { createProofKey, hashOf, type ProofKey } from './shown-request.ts'

const API = 'https://api.example.com/v1'
const OTHER = 'https://other.example.com'
const SECRET = 'a secret of the tests, long enough to be one'
const METADATA = '/.well-known/oauth-protected-resource'

let as: AuthorizationServer
let token: string
/** What an operator could read: log lines and events. */
const heard: string[] = []
const opened: (() => unknown)[] = []

beforeAll(async () => {
  as = await startAuthorizationServer({
    [API]: { audience: API, format: 'jwt' },
    [OTHER]: { audience: OTHER, format: 'jwt' },
  })
  token = await as.token({ resource: API })
})
afterAll(async () => {
  for (const close of opened.toReversed()) await close()
  as.close()
})

const tokens = (options: object = {}): AccessTokens =>
  accessTokens({
    issuer: as.issuer,
    resource: API,
    allowPlainHttp: true,
    scopesSupported: ['search'],
    ...options,
  })

/** An API behind a gate, with a route of each kind. */
async function serve(source: AccessTokens, options: object = {}): Promise<RawClient> {
  const gate = createGate({ secret: SECRET, log: (line: string) => void heard.push(line), ...options })
  listenTo(gate)
  const { protect, endpoints } = turnpike(gate)
  const app = express()
  app.use(endpoints())
  app.get('/token', protect(bearer(source)), answer)
  if ('identities' in options) app.get('/own', protect(bearer({ scope: 'search' })), answer)
  app.get('/plain', protect({ free: '60/1m' }), answer)
  app.get('/admin', protect(bearer(source, { scope: 'search admin' })), answer)
  app.get('/either', protect(anyOf(bearer(source), pow(1))), answer)
  app.get('/free', protect(anyOf(bearer(source), pow(1)), { free: '1/1h' }), answer)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push(
    async () => await gate.close(),
    () => server.closeAllConnections(),
    () => server.close(),
  )
  return clientOf(server)
}

interface Reply {
  readonly status: number
  readonly body: unknown
  /** Challenges of WWW-Authenticate, in order. */
  readonly challenges: readonly AuthChallenge[]
}

async function ask(http: RawClient | undefined, request: RawRequest): Promise<Reply> {
  const raw = await http?.send(request)
  return {
    status: raw?.status ?? 0,
    body: raw?.json(),
    challenges: parseWwwAuthenticate(raw?.field('www-authenticate') ?? ''),
  }
}

const coded = (code: string): unknown => expect.objectContaining({ code })

const answer: express.RequestHandler = (request, response) =>
  void response.json({ way: request.turnpike?.way, class: request.turnpike?.caller.class })

function listenTo(gate: Gate): void {
  const types = ['admitted', 'refused', 'warning'] as const
  for (const type of types) gate.on(type, (event: GateEvent) => void heard.push(JSON.stringify(event)))
}

function clientOf(server: Server): RawClient {
  const address = server.address()
  return createRawHttp(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
}

const authorized = (path: string, text = token, scheme = 'Bearer') => ({
  path,
  headers: { authorization: `${scheme} ${text}` },
})

describe('a gate that takes access tokens', () => {
  let http: RawClient
  beforeAll(async () => {
    http = await serve(tokens())
  })

  test('admits by a token, and names the caller', async () => {
    const raw = await http.send(authorized('/token'))
    expect([raw.status, raw.json()]).toEqual([200, { way: 'bearer', class: 'agent' }])
    expect(raw.field('turnpike-admission')).toMatch(/^bearer/)
  })

  test('asks for one with 401, Bearer first, and no error where nothing was shown (R32)', async () => {
    const { status, body, challenges } = await ask(http, { path: '/token' })
    expect([status, body]).toEqual([401, coded('identity_required')])
    expect(challenges[0]).toEqual({
      scheme: 'bearer',
      params: { resource_metadata: `https://api.example.com${METADATA}/v1` },
    })
  })

  test.each(['access_token', 'token'])('reads no token in the query, as %s', async (name) => {
    const { status, body } = await ask(http, { path: `/token?${name}=${token}` })
    expect([status, body]).toEqual([401, coded('identity_required')])
  })

  test('says what is wrong with a token', async () => {
    const foreign = await as.token({ resource: OTHER })
    const { status, body, challenges } = await ask(http, authorized('/token', foreign))
    expect([status, body]).toEqual([401, coded('bearer_wrong_audience')])
    expect(challenges[0]?.params).toMatchObject({ error: 'invalid_token' })
  })

  test('answers 403 to a token that grants too little, and names all scopes', async () => {
    const { status, body, challenges } = await ask(http, authorized('/admin'))
    expect([status, body]).toEqual([403, coded('bearer_scope')])
    expect(challenges[0]?.params).toMatchObject({ error: 'insufficient_scope', scope: 'search admin' })
    const wide = await as.token({ resource: API, scope: 'search admin' })
    expect((await ask(http, authorized('/admin', wide))).status).toBe(200)
  })

  test('lets holders of a token pass, and all others work: 402 that offers both', async () => {
    expect((await ask(http, authorized('/either'))).body).toMatchObject({ way: 'bearer' })
    const { status, challenges } = await ask(http, { path: '/either' })
    expect(status).toBe(402)
    expect(new Set(challenges.map(({ scheme }) => scheme))).toEqual(new Set(['bearer', 'dpop', 'pow']))
  })

  test('answers 401 to a bad token once free is used up, where others may work (R32)', async () => {
    const claims = { iss: as.issuer, aud: API, exp: 1, sub: 'a', client_id: 'a', iat: 1, jti: 'a' }
    const expired = authorized('/free', await as.sign(claims))
    expect((await ask(http, expired)).status).toBe(200)
    const { status, body } = await ask(http, expired)
    expect([status, body]).toEqual([401, coded('bearer_expired')])
  })

  test.each([`${METADATA}/v1`, METADATA])('serves its metadata at %s (RFC 9728)', async (path) => {
    const raw = await http.send({ path })
    expect(raw.status).toBe(200)
    expect(raw.field('content-type')).toContain('application/json')
    expect(raw.json()).toMatchObject({
      resource: API,
      authorization_servers: [as.issuer],
      scopes_supported: ['search'],
      bearer_methods_supported: ['header'],
    })
  })

  test('answers 503 while keys are out of reach, never 401', async () => {
    const issuer = { issuer: as.issuer, jwksUri: 'http://127.0.0.1:9/keys' }
    const lost = await serve(tokens({ issuer }))
    expect(await ask(lost, authorized('/token'))).toEqual({
      status: 503,
      body: coded('identity_unavailable'),
      challenges: [],
    })
  })

  test('names callers on every policy where the gate knows the source', async () => {
    const mine = await serve(tokens(), { identities: [tokens()] })
    expect((await ask(mine, authorized('/plain'))).body).toEqual({ way: 'free', class: 'agent' })
  })

  test('takes its own source where a requirement names none', async () => {
    const mine = await serve(tokens(), { identities: [tokens()] })
    expect((await ask(mine, authorized('/own'))).body).toEqual({ way: 'bearer', class: 'agent' })
  })
})

describe('a token bound to a key', () => {
  let key: ProofKey
  let bound: string
  let gates: readonly RawClient[]

  beforeAll(async () => {
    key = await createProofKey()
    const proof = async (htu: string) => await key.prove({ htm: 'POST', htu })
    bound = await as.token({ client: 'client-dpop', resource: API, proof })
    const name = `oauth-${randomUUID().slice(0, 8)}`
    gates = await Promise.all([
      serve(tokens(), { name, store: openRedis() }),
      serve(tokens(), { name, store: openRedis() }),
    ])
  })

  const openRedis = () => {
    const client = new Redis(process.env['TEST_REDIS_URL'] ?? '')
    opened.push(() => client.disconnect())
    return redisStore(client)
  }
  const proven = async () =>
    await key.prove({ htm: 'GET', htu: 'https://api.example.com/token', ath: hashOf(bound) })
  const showing = (proof: string) => ({
    path: '/token',
    headers: { authorization: `DPoP ${bound}`, dpop: proof },
  })

  test('admits with a proof for each request, and once per proof in all processes of a store', async () => {
    const proof = await proven()
    const replies = await Promise.all(
      [0, 1, 0, 1].map(async (index) => await ask(gates[index], showing(proof))),
    )
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    const replayed = replies.filter(({ status }) => status === 401)
    expect(replayed).toHaveLength(3)
    for (const { body, challenges } of replayed) {
      expect(body).toEqual(coded('bearer_replayed'))
      const dpop = challenges.find(({ scheme }) => scheme === 'dpop')
      expect(dpop?.params).toMatchObject({ error: 'invalid_dpop_proof' })
    }
    expect((await ask(gates[1], showing(await proven()))).status).toBe(200)
  })

  test('is refused as Bearer', async () => {
    const { status, body } = await ask(gates[0], authorized('/token', bound))
    expect([status, body]).toEqual([401, coded('bearer_unproven')])
  })
})

test('no event and no line of the log has a token in it', () => {
  expect(heard.length).toBeGreaterThan(5)
  expect(heard.filter((line) => line.includes(token.slice(-40)) || line.includes('eyJ'))).toEqual([])
})
