import {
  type Identity,
  type IdentitySource,
  type IdentityVerdict,
  type SingleUse,
  whenKnown,
} from '@turnpike/core'
import { bearerChallenges } from './bearer-challenge.ts'
import { type AccessTokenOptions, settingsOf, type TokenSettings } from './options.ts'
import { checkPossession } from './possession.ts'
import { readToken } from './presented-token.ts'
import { resourceDocuments } from './resource-metadata.ts'
import { badToken } from './token-fault.ts'
import { createTokenVerifier } from './token-verifier.ts'

/** Knows callers by their access tokens. Share one between policies: it holds keys and what is known of tokens. */
export interface AccessTokens extends IdentitySource {
  readonly kind: 'bearer'
}

/**
 * Takes access tokens of authorization servers that the operator trusts: JWTs (RFC 9068), opaque ones by introspection
 * (RFC 7662), bound to a key or not (RFC 9449). Asks nobody before the first token comes.
 *
 * For `bearer(tokens, { scope })`, and for the gate's option `identities`, which names callers on every policy.
 *
 * @example
 * const tokens = accessTokens({ issuer: 'https://auth.example.com', resource: 'https://api.example.com' })
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function accessTokens(options: AccessTokenOptions): AccessTokens {
  const settings = settingsOf(options)
  const verifyToken = createTokenVerifier(settings)
  return {
    kind: 'bearer',
    verify(view) {
      const shown = readToken(view)
      if (shown === undefined || 'outcome' in shown) return shown
      return whenKnown(verifyToken(shown.text, view.ip), (token) => {
        if (token.outcome !== 'token') return token
        return whenKnown(checkPossession(token, shown, view, settings), (proof) =>
          proof !== undefined && 'outcome' in proof ? proof : admitIdentity(token.identity, proof, settings),
        )
      })
    },
    challenges: (scope, fault) => bearerChallenges(settings, scope, fault),
    documents: resourceDocuments(settings),
  }
}

/** The last question: is it on the operator's deny list? Asked each time, whatever is remembered. */
function admitIdentity(
  identity: Identity,
  singleUse: SingleUse | undefined,
  { revoked }: TokenSettings,
): IdentityVerdict | Promise<IdentityVerdict> {
  const verified: IdentityVerdict = { outcome: 'verified', identity, ...(singleUse && { singleUse }) }
  return revoked === undefined ? verified : askRevoked(revoked, identity, verified)
}

async function askRevoked(
  revoked: NonNullable<TokenSettings['revoked']>,
  identity: Identity,
  verified: IdentityVerdict,
): Promise<IdentityVerdict> {
  try {
    return (await revoked(identity)) ? REVOKED : verified
  } catch {
    return { outcome: 'unavailable', detail: 'the list of revoked access tokens cannot be asked' }
  }
}

const REVOKED = badToken('bearer_inactive', 'it is on the deny list')
