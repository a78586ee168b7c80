import {
  ClientCredentialsProvider,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
} from '@modelcontextprotocol/client'
import { UsageError } from './exit-code.ts'
import type { Io } from './io.ts'

/**
 * Signs in without a person (client credentials grant, RFC 6749 §4.4) with what the environment has:
 * `TURNPIKE_OAUTH_CLIENT_ID`, and `TURNPIKE_OAUTH_CLIENT_SECRET` or `TURNPIKE_OAUTH_PRIVATE_KEY` (PKCS #8, PEM) with
 * `TURNPIKE_OAUTH_ALGORITHM`; `TURNPIKE_OAUTH_ISSUER`, the only authorization server that may see them; and
 * `TURNPIKE_OAUTH_SCOPE` where wanted.
 *
 * @returns undefined where there is no client id: a server that wants a login is then told of in plain words
 * @throws UsageError for half of what is needed
 */
export function oauthLogin(env: Io['env']): OAuthClientProvider | undefined {
  const setting = (name: string): string | undefined => {
    const value = env[`TURNPIKE_OAUTH_${name}`]
    return value === '' ? undefined : value
  }
  const clientId = setting('CLIENT_ID')
  if (clientId === undefined) return undefined
  const [clientSecret, privateKey] = [setting('CLIENT_SECRET'), setting('PRIVATE_KEY')]
  const [scope, issuer] = [setting('SCOPE'), setting('ISSUER')]
  // Otherwise the MCP server would choose who gets the secret.
  if (issuer === undefined)
    throw new UsageError(
      'TURNPIKE_OAUTH_CLIENT_ID needs TURNPIKE_OAUTH_ISSUER, the address of its authorization server.',
    )
  const asked = {
    clientId,
    clientName: 'Turnpike bridge',
    expectedIssuer: issuer,
    ...(scope === undefined ? {} : { scope }),
  }
  if (clientSecret !== undefined) return new ClientCredentialsProvider({ ...asked, clientSecret })
  if (privateKey === undefined)
    throw new UsageError(
      'TURNPIKE_OAUTH_CLIENT_ID needs TURNPIKE_OAUTH_CLIENT_SECRET or TURNPIKE_OAUTH_PRIVATE_KEY beside it.',
    )
  return new PrivateKeyJwtProvider({ ...asked, privateKey, algorithm: setting('ALGORITHM') ?? 'ES256' })
}
