import { randomBytes } from 'node:crypto'
import { Provider, errors } from 'oidc-provider'
import { listen, type Listening } from './listening.ts'

/** An authorization server of this process. */
export interface AuthorizationServer extends Listening {
  /** The one program that has an account. */
  readonly client: { readonly id: string; readonly secret: string }
}

/**
 * Stands in for the one your company has: a real one, in this process, that keeps everything in memory.
 *
 * @param audience - the API that its tokens are for
 */
export async function startAuthorizationServer(audience: string): Promise<AuthorizationServer> {
  const client = { id: 'nightly-report', secret: randomBytes(32).toString('base64url') }
  const listening = await listen()
  const provider = new Provider(listening.url, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        scope: 'search',
      },
    ],
    scopes: ['search'],
    ttl: { ClientCredentials: 300 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, resource: string) => {
          if (resource !== audience) throw new errors.InvalidTarget()
          return { scope: 'search', audience: resource, accessTokenFormat: 'jwt' }
        },
      },
    },
  })
  const answer = provider.callback()
  listening.server.on('request', (request, response) => void answer(request, response))
  return { ...listening, client }
}
