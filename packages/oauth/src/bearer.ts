import { type BearerTerms, type Leaf, TurnpikeError } from '@turnpike/core'
import { type AccessTokens, accessTokens } from './access-tokens.ts'
import type { AccessTokenOptions } from './options.ts'

/** What a token must grant (`scope`), and how many calls per caller tokens admit (`quota`). */
export type BearerOptions = Pick<BearerTerms, 'scope' | 'quota'>

/**
 * Demands an access token, alone or in `anyOf(bearer(...), pow(4), sats(10))`: who has none may work or pay.
 *
 * Three forms: a source to share between policies; the options of one of its own; neither, which means the source among the
 * gate's `identities`.
 *
 * @example bearer(tokens, { scope: 'search' })
 * @example bearer({ issuer: 'https://auth.example.com', audience: 'https://api.example.com', scope: 'search' })
 * @example bearer({ scope: 'search' })
 * @throws TurnpikeError `option_unknown`, `option_invalid`
 */
export function bearer(
  tokens: AccessTokens | (AccessTokenOptions & BearerOptions) = {},
  options: BearerOptions = {},
): Leaf {
  if (typeof tokens !== 'object' || tokens === null) {
    throw new TurnpikeError(
      'option_invalid',
      "bearer() takes tokens or options: write bearer({ scope: 'admin' })",
    )
  }
  if ('verify' in tokens) return requirement({ source: tokens, ...options })
  const { scope, quota, ...own } = tokens
  const terms = {
    ...(scope === undefined ? {} : { scope }),
    ...(quota === undefined ? {} : { quota }),
    ...options,
  }
  return requirement(Object.keys(own).length === 0 ? terms : { source: accessTokens(own), ...terms })
}

function requirement(terms: BearerTerms): Leaf {
  return { rail: 'bearer', terms }
}
