import { CHALLENGE_META } from '@turnpike/mcp'
import type { PowOffer, Problem } from '@turnpike/protocol'
import { bruteForce } from '@turnpike/testkit'

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
  return bruteForce(offerIn(refused))
}
