import type { IdentityFault } from '@turnpike/core'
import {
  allowInsecureRequests,
  type AuthorizationServer,
  ClientSecretBasic,
  customFetch,
  type IntrospectionResponse,
  introspectionRequest,
  processIntrospectionResponse,
} from 'oauth4webapi'
import { type IssuerMetadata, ownEndpoint } from './issuer-metadata.ts'
import type { IntrospectionOptions } from './issuer-options.ts'
import { type ClaimsVerdict, isName, type TokenDemands } from './jwt-token.ts'
import { type Lookup, LookupFailed } from './lookup.ts'
import { badToken } from './token-fault.ts'

/** Asks the issuer about a token (RFC 7662). @throws LookupFailed */
export type Introspection = (token: string) => Promise<ClaimsVerdict>

/** Who is asked, and what the answer must say. */
export interface IntrospectionContext extends TokenDemands {
  readonly issuer: string
  readonly metadata: IssuerMetadata
  readonly lookup: Lookup
  readonly allowPlainHttp: boolean
}

/** Introspection with the credentials of the gate; what the answer must say is checked here, as for a JWT. */
export function createIntrospection(
  { clientId, clientSecret = '', clientAuth, endpoint }: IntrospectionOptions,
  context: IntrospectionContext,
): Introspection {
  const { issuer, metadata, lookup, allowPlainHttp } = context
  const client = { client_id: clientId }
  const authentication = clientAuth ?? ClientSecretBasic(clientSecret)
  return async (token) => {
    const introspection_endpoint =
      endpoint ?? ownEndpoint(issuer, (await metadata()).introspection_endpoint, 'introspection endpoint')
    const server: AuthorizationServer = { issuer, introspection_endpoint }
    const response = await introspectionRequest(server, client, authentication, token, {
      [customFetch]: lookup,
      [allowInsecureRequests]: allowPlainHttp,
    })
    const answer = await processIntrospectionResponse(server, client, response).catch((cause: unknown) => {
      throw new LookupFailed('its answer to an introspection cannot be read', { cause })
    })
    return faultOf(answer, context) ?? verdictOf(answer)
  }
}

/** An answer that names no audience is no proof that the token is for us. */
function faultOf(answer: IntrospectionResponse, context: IntrospectionContext): IdentityFault | undefined {
  const { issuer, audience, clockToleranceSeconds, now } = context
  if (!answer.active) return badToken('bearer_inactive', 'its issuer says that it is not active')
  if (answer.iss !== undefined && answer.iss !== issuer) {
    return badToken('bearer_wrong_issuer', 'its issuer (iss) is another one')
  }
  if (![answer.aud ?? []].flat().some((one) => audience.includes(one))) {
    return badToken('bearer_wrong_audience', 'its audience (aud) is another one')
  }
  if (!isName(answer.sub ?? answer.client_id)) {
    return badToken('bearer_wrong_kind', 'it names neither a subject nor a client')
  }
  const ended = answer.exp !== undefined && answer.exp + clockToleranceSeconds <= now() / 1000
  return ended ? badToken('bearer_expired', 'it has expired') : undefined
}

/** With the names of JWT claims; RFC 7662 §2.2 has them all but `active`. */
function verdictOf({ active: _, ...claims }: IntrospectionResponse): ClaimsVerdict {
  return { outcome: 'claims', claims: { ...claims } }
}
