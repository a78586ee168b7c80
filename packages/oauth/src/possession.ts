import type { IdentityFault, RequestView, SingleUse } from '@turnpike/core'
import { verifyProof } from './dpop-proof.ts'
import type { GuardedResource, TokenSettings } from './options.ts'
import { type PresentedToken, readProof } from './presented-token.ts'
import { badToken } from './token-fault.ts'
import type { VerifiedToken } from './verified-token.ts'

/**
 * Checks that a token bound to a key is shown by whoever has the key, and that nobody shows it as if it were not bound
 * (RFC 9449 §7.1). Undefined: the token is good by itself.
 */
export function checkPossession(
  { binding }: VerifiedToken,
  shown: PresentedToken,
  view: RequestView,
  settings: TokenSettings,
): undefined | IdentityFault | Promise<IdentityFault | SingleUse> {
  if (binding === undefined) return faultOfUnbound(shown, settings)
  if (shown.scheme === 'bearer') return unproven('it is bound to a key, so it goes with a proof, as DPoP')
  if (binding.jkt === undefined || settings.resource === undefined) {
    return unproven('it is bound to a key in a way that cannot be checked here')
  }
  const proof = readProof(view)
  if (typeof proof !== 'string') return proof
  return verifyProof(proof, {
    method: view.method,
    url: publicUrlOf(view, settings.resource),
    token: shown.text,
    jkt: binding.jkt,
    ...settings,
  })
}

function faultOfUnbound(
  { scheme }: PresentedToken,
  { dpopRequired }: TokenSettings,
): IdentityFault | undefined {
  if (scheme === 'dpop') return unproven('it is not bound to a key; it goes as Bearer')
  return dpopRequired ? unproven('only tokens that are bound to a key are taken') : undefined
}

/**
 * What the client called: the configured origin, and the path as sent; the Host header is the client's to choose. A message
 * of MCP has no path of its own: it came to the resource itself.
 */
function publicUrlOf({ path }: RequestView, { url }: GuardedResource): URL {
  return path.startsWith('/') && URL.canParse(url.origin + path) ? new URL(url.origin + path) : url
}

function unproven(reason: string): IdentityFault {
  return badToken('bearer_unproven', reason)
}
