/** The challenge of L402, formerly LSAT: an invoice, and the token that paying it makes good. */

import type { AuthChallenge } from './www-authenticate.ts'

/** What a client reads in a 402. */
export interface L402Challenge {
  /** As the server called it: the credential goes back under the same name. */
  readonly scheme: 'L402' | 'LSAT'
  /** To be sent back as it came. Usually a macaroon in base64; clients take no meaning from it. */
  readonly token: string
  /** BOLT 11, as the server spelt it. What it demands, only the invoice itself says. */
  readonly invoice: string
}

/** Whether it is an invoice, in one case and with a checksum, is for whoever pays it to say. */
const INVOICE_PATTERN = /^ln[a-z0-9]{1,4094}$/i
/** The alphabet of token68 (RFC 9110 §11.2): nothing that could end a credential or its header field. */
const TOKEN_PATTERN = /^[A-Za-z0-9._~+/-]{1,8192}={0,2}$/

/**
 * Reads a challenge in any form that servers send: `macaroon` (Aperture and most others) or `token` (specification of
 * 2026), quoted or not, in any order; other parameters are passed over.
 *
 * @returns undefined for another scheme, without an invoice or a token, and where the two spell different tokens
 * @see https://github.com/lightninglabs/L402/blob/master/protocol-specification.md
 */
export function parseL402Challenge({ scheme, params }: AuthChallenge): L402Challenge | undefined {
  if (scheme !== 'l402' && scheme !== 'lsat') return undefined
  const { token = params['macaroon'], macaroon = token, invoice } = params
  if (token === undefined || token !== macaroon || !TOKEN_PATTERN.test(token)) return undefined
  if (invoice === undefined || !INVOICE_PATTERN.test(invoice)) return undefined
  return { scheme: scheme === 'l402' ? 'L402' : 'LSAT', token, invoice }
}

/**
 * The challenge in the form that every known client reads: `macaroon` and `invoice` first, in this order and with one blank
 * after the comma, then what the specification of 2026 calls them: the clients differ, this is their common ground.
 *
 * @param macaroon - standard base64
 * @param invoice - BOLT 11, lower case
 */
export function formatL402Challenge({
  macaroon,
  invoice,
}: {
  readonly macaroon: string
  readonly invoice: string
}): string {
  return `L402 macaroon="${macaroon}", invoice="${invoice}", version="0", token="${macaroon}"`
}
