import { decodeBase64, decodeMacaroon, L402_IDENTIFIER_BYTES } from '@turnpike/protocol'
import { toHex } from './hex.ts'

/** What can be seen of a token that is a macaroon in the usual layout. Nobody vouches for it. */
export interface TokenTerms {
  /** Of the invoice that pays for it; 64 lower-case hex digits. */
  readonly paymentHash?: string
  readonly validUntilMs?: number
}

const VALID_UNTIL = /^[a-z0-9_.-]{1,64}_valid_until=(\d{1,12})$/i

/** Looks into a token as far as it can be read; a token is its server's own business, and most may be anything. */
export function termsOf(token: string): TokenTerms {
  const bytes = decodeBase64(token)
  const macaroon = bytes && decodeMacaroon(bytes)
  if (macaroon === undefined) return {}
  const hash = hashIn(macaroon.identifier)
  const ends = macaroon.caveats.flatMap((caveat) => {
    const seconds = VALID_UNTIL.exec(new TextDecoder().decode(caveat))?.[1]
    return seconds === undefined ? [] : [Number(seconds) * 1000]
  })
  return {
    ...(hash === undefined ? {} : { paymentHash: toHex(hash) }),
    ...(ends.length === 0 ? {} : { validUntilMs: Math.min(...ends) }),
  }
}

/** `uint16 version 0 | payment hash 32 | token id 32`; what the id holds is for each server to say. */
function hashIn(identifier: Uint8Array): Uint8Array | undefined {
  const [high, low] = identifier
  return identifier.length === L402_IDENTIFIER_BYTES && high === 0 && low === 0
    ? identifier.slice(2, 34)
    : undefined
}
