/** An L402 credential: `<macaroon>[,<macaroon>...]:<preimage>`, behind a scheme or in `X-L402`. */

import type { L402Challenge } from './l402-challenge.ts'

/** One macaroon and the proof that it was paid for. */
export interface L402Credential {
  /** Base64 as sent, not decoded. */
  readonly macaroon: string
  /** 64 lower-case hex digits; undefined where an unpaid offer is shown. */
  readonly preimage: string | undefined
}

/** Longest text that is looked at, in characters. */
const MAX_LENGTH = 8192
/** Most macaroons that share one preimage. */
const MAX_MACAROONS = 4
/** 4096 bytes in base64, in either alphabet. */
const MACAROON = /^[A-Za-z0-9+/_-]{1,5462}={0,2}$/
const PREIMAGE = /^(?:[0-9a-f]{64})?$/i
/** `X-L402` may repeat the scheme. */
const SCHEME = /^(?:L402|LSAT)[ \t]+/i

/**
 * Reads what stands behind `L402 ` or `LSAT `, or all of `X-L402`. Never throws.
 *
 * @returns one credential for each macaroon, all with the same preimage; none where anything is malformed or there are more
 * than four
 */
export function parseL402Credentials(text: string): readonly L402Credential[] {
  if (text.length > MAX_LENGTH) return []
  const bare = text.trim().replace(SCHEME, '')
  const colon = bare.lastIndexOf(':')
  const preimage = bare.slice(colon + 1).trim()
  if (colon === -1 || !PREIMAGE.test(preimage)) return []
  const macaroons = bare
    .slice(0, colon)
    .split(',')
    .map((macaroon) => macaroon.trim())
  if (macaroons.length > MAX_MACAROONS || !macaroons.every((one) => MACAROON.test(one))) return []
  const proof = preimage === '' ? undefined : preimage.toLowerCase()
  return macaroons.map((macaroon) => ({ macaroon, preimage: proof }))
}

/**
 * @param preimage 64 lower-case hex digits
 * @returns what follows `Authorization: `, scheme included
 */
export function formatL402Credential(
  { scheme, token }: Pick<L402Challenge, 'scheme' | 'token'>,
  preimage: string,
): string {
  return `${scheme} ${token}:${preimage}`
}
