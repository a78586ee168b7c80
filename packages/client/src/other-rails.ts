import type { AuthChallenge } from '@turnpike/protocol'

/** A way of paying that is not ours: enough to hand the answer to whoever knows it. */
export type OtherRail =
  /** Header `PAYMENT-REQUIRED` (x402, second version), or `X-PAYMENT-REQUIRED`. */
  | { readonly rail: 'x402' }
  /** Scheme `Payment` (draft-ryan-httpauth-payment): one for each challenge. */
  | { readonly rail: 'payment'; readonly method: string; readonly intent: string }
  /** Header `X-Cashu` (NUT-24). */
  | { readonly rail: 'cashu' }
  /** Header `crawler-price` (Cloudflare), such as `USD 0.01`. */
  | { readonly rail: 'crawler'; readonly price: string }

const MAX_TEXT = 64

/** The other ways of paying that an answer offers. What they would cost stays in the answer. */
export function otherRailsIn(headers: Headers, challenges: readonly AuthChallenge[]): readonly OtherRail[] {
  const found: OtherRail[] = []
  if (headers.has('payment-required') || headers.has('x-payment-required')) found.push({ rail: 'x402' })
  for (const { scheme, params } of challenges) {
    if (scheme !== 'payment') continue
    const { method = '', intent = '' } = params
    found.push({ rail: 'payment', method: method.slice(0, MAX_TEXT), intent: intent.slice(0, MAX_TEXT) })
  }
  if (headers.has('x-cashu')) found.push({ rail: 'cashu' })
  const price = headers.get('crawler-price')
  if (price !== null) found.push({ rail: 'crawler', price: price.slice(0, MAX_TEXT) })
  return found
}
