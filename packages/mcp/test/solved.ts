import { CHALLENGE_META } from '@turnpike/mcp'
import { createHash } from 'node:crypto'
import type { PowOffer, Problem } from '@turnpike/protocol'

/** The work of an offer, independent of the solver on purpose. */
export function solved({
  challenge,
  target,
  count,
}: Pick<PowOffer, 'challenge' | 'target' | 'count'>): string {
  const nonces: string[] = []
  for (let n = 0; nonces.length < count; n++) {
    const nonce = n.toString(16).padStart(8, '0')
    const digest = createHash('sha256')
      .update(challenge + nonce)
      .digest('hex')
    if (digest.slice(0, 8) <= target) nonces.push(nonce)
  }
  return `challenge=${challenge},nonce=${nonces.join('.')}`
}

interface Refused<T = Partial<Problem>> {
  readonly _meta?: Readonly<Record<string, T>>
}

/** A member of `_meta`. */
export function metaIn<T>(holder: Refused<T> | undefined, key: string): T | undefined {
  return holder?.['_meta']?.[key]
}

/** The offer of work in a refused tool result. */
export function offerIn(refused: Refused | undefined): PowOffer {
  const offer = metaIn(refused, CHALLENGE_META)?.offers?.find((one) => one.rail === 'pow')
  if (offer?.rail !== 'pow') throw new Error(`no offer of work in ${JSON.stringify(refused)}`)
  return offer
}

/** The credential that a refused tool result asks for. */
export function credentialFor(refused: Refused | undefined): string {
  return solved(offerIn(refused))
}
