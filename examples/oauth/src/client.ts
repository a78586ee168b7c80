import * as oauth from 'oauth4webapi'

/** A program with an account at an authorization server. Nobody sits before it. */
export interface Account {
  readonly id: string
  readonly secret: string
}

/** On this machine alone; elsewhere, https. */
const LOCAL = { [oauth.allowInsecureRequests]: true }

/** What the API says of itself, and the authorization server that it names: nothing but the API's URL is known before. */
export async function discover(url: string): Promise<oauth.AuthorizationServer> {
  const api = new URL(url)
  const resource = await oauth.processResourceDiscoveryResponse(
    api,
    await oauth.resourceDiscoveryRequest(api, LOCAL),
  )
  const [issuer = ''] = resource.authorization_servers ?? []
  const answer = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oidc', ...LOCAL })
  return await oauth.processDiscoveryResponse(new URL(issuer), answer)
}

/**
 * Gets an access token for the API by client_credentials.
 *
 * @param proofs - binds it to the key behind them (DPoP)
 */
export async function tokenFor(
  url: string,
  server: oauth.AuthorizationServer,
  account: Account,
  proofs?: oauth.DPoPHandle,
): Promise<string> {
  const client = { client_id: account.id }
  const answer = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    oauth.ClientSecretBasic(account.secret),
    { resource: url, scope: 'search' },
    { ...LOCAL, ...(proofs && { DPoP: proofs }) },
  )
  const { access_token } = await oauth.processClientCredentialsResponse(server, client, answer)
  return access_token
}

/** Makes a key, and proofs that it is at hand. */
export async function createProofs(): Promise<oauth.DPoPHandle> {
  return oauth.DPoP({}, await oauth.generateKeyPair('ES256'))
}

/** Calls with a token that is bound to a key: each request has a proof of its own. */
export async function callWithProof(
  url: string,
  token: string,
  proofs: oauth.DPoPHandle,
  send: typeof fetch,
): Promise<void> {
  await oauth.protectedResourceRequest(token, 'GET', new URL(url), undefined, null, {
    ...LOCAL,
    DPoP: proofs,
    [oauth.customFetch]: async (address, { headers, method }) => await send(address, { headers, method }),
  })
}
