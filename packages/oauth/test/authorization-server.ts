import { createServer } from 'node:http'
import { once } from 'node:events'
import {
  generateKeyPair,
  exportJWK,
  type JWK,
  SignJWT,
  type JWTPayload,
  type CryptoKey,
  type JWTHeaderParameters,
} from 'jose'
import type { Provider } from 'oidc-provider'

export const SECRET = 'a secret of a test client, long enough'

/** A real authorization server on loopback, with headless clients, and its signing key to make tokens that it never would. */
export interface AuthorizationServer {
  readonly issuer: string
  /** Private key that `client-jwt` authenticates with. */
  readonly clientKey: JWK
  /** Asks its token endpoint. */
  token(request: TokenRequest): Promise<string>
  /** What the server would have signed, changed. */
  sign(claims: JWTPayload, header?: TokenHeader, key?: CryptoKey): Promise<string>
  close(): void
}

/** Undefined takes a parameter away. */
export type TokenHeader = {
  readonly [name in keyof JWTHeaderParameters]?: JWTHeaderParameters[name] | undefined
}

export interface TokenRequest {
  /** 'client-basic', 'client-dpop'. Default: 'client-basic'. */
  readonly client?: string
  readonly resource: string
  readonly scope?: string
  /** A DPoP proof for the token endpoint. */
  readonly proof?: (url: string) => Promise<string>
}

/** What there are tokens for, by the `resource` of the request. */
export interface GuardedApi {
  readonly audience: string
  readonly format: 'jwt' | 'opaque'
}

export const KEY_ID = 'as-1'
const SCOPES = 'search admin'

export async function startAuthorizationServer(
  apis: Readonly<Record<string, GuardedApi>>,
): Promise<AuthorizationServer> {
  // It clones the keys of clients, and tells plain objects by their prototype: in a realm of jest, clones have a foreign one.
  globalThis.structuredClone = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
  const { Provider: OidcProvider, errors } = await quietly(async () => await import('oidc-provider'))
  const pair = await generateKeyPair('ES256', { extractable: true })
  const clientPair = await generateKeyPair('ES256', { extractable: true })
  let provider: Provider | undefined
  const server = createServer((request, response) => void provider?.callback()(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  provider = await quietly(
    async () =>
      new OidcProvider(issuer, {
        clients: [...clientsOf(await exportJWK(clientPair.publicKey))],
        jwks: { keys: [{ ...(await exportJWK(pair.privateKey)), use: 'sig', alg: 'ES256', kid: KEY_ID }] },
        scopes: SCOPES.split(' '),
        clientAuthMethods: ['client_secret_basic', 'private_key_jwt', 'none'],
        responseTypes: ['code'],
        clientDefaults: {
          id_token_signed_response_alg: 'ES256',
          grant_types: ['client_credentials'],
          response_types: [],
          redirect_uris: [],
        },
        features: featuresOf(apis, () => new errors.InvalidTarget()),
        ttl: { ClientCredentials: 300 },
      }),
  )
  return {
    issuer,
    clientKey: { ...(await exportJWK(clientPair.privateKey)), kid: 'client-1', alg: 'ES256' },
    token: async (request) => await askForToken(`${issuer}/token`, request),
    sign: async (claims, header = {}, key = pair.privateKey) =>
      await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: KEY_ID, ...header } as JWTHeaderParameters)
        .sign(key, { crit: { 'x-new': true } }),
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function clientsOf(publicKey: JWK): readonly object[] {
  const headless = {
    client_secret: SECRET,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: SCOPES,
  }
  const { client_secret: _, ...keyed } = headless
  return [
    { ...headless, client_id: 'client-basic' },
    { ...headless, client_id: 'client-dpop', dpop_bound_access_tokens: true },
    { ...headless, client_id: 'gate' },
    {
      ...keyed,
      client_id: 'client-jwt',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ ...publicKey, kid: 'client-1', alg: 'ES256', use: 'sig' }] },
    },
  ]
}

function featuresOf(apis: Readonly<Record<string, GuardedApi>>, invalidTarget: () => Error): object {
  const [first] = Object.keys(apis)
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    dPoP: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: async (_: unknown, client: { clientId: string }) => client.clientId === 'gate',
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_: unknown, _client: unknown, one?: string) => one ?? first,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_: unknown, resource: string) => {
        const api = apis[resource]
        if (api === undefined) throw invalidTarget()
        return {
          scope: SCOPES,
          audience: api.audience,
          accessTokenTTL: 300,
          accessTokenFormat: api.format,
          ...(api.format === 'jwt' ? { jwt: { sign: { alg: 'ES256', kid: KEY_ID } } } : {}),
        }
      },
    },
  }
}

async function askForToken(
  url: string,
  { client = 'client-basic', resource, scope = 'search', proof }: TokenRequest,
) {
  const authorization = `Basic ${btoa(`${client}:${encodeURIComponent(SECRET)}`)}`
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization, ...(proof && { dpop: await proof(url) }) },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
  })
  const answer: unknown = await response.json()
  if (
    typeof answer === 'object' &&
    answer !== null &&
    'access_token' in answer &&
    typeof answer.access_token === 'string'
  ) {
    return answer.access_token
  }
  throw new Error(`no token: ${JSON.stringify(answer)}`)
}

/** It warns of the version of Node on which it is imported, and of settings that suit a test. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { warn, info } = console
  console.warn = console.info = () => undefined
  try {
    return await run()
  } finally {
    Object.assign(console, { warn, info })
  }
}
