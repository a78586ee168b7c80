import { createHash } from 'node:crypto'

/** A proof-of-work offer as it stands in a problem document. */
export interface WorkOffer {
  readonly challenge: string
  /** 8 hex digits; the first 8 of the hash must not be above it. */
  readonly target: string
}

/**
 * Solves an offer of a single nonce the way a stranger would after reading the documentation, with node:crypto alone:
 * independent of our own solver. For low difficulties.
 *
 * @returns the value of `X-PoW-Solution`
 */
export function bruteForce({ challenge, target }: WorkOffer): string {
  for (let counter = 0; ; counter += 1) {
    const nonce = counter.toString(16)
    const hash = createHash('sha256')
      .update(challenge + nonce)
      .digest('hex')
    if (hash.slice(0, 8) <= target) return `challenge=${challenge},nonce=${nonce}`
  }
}
