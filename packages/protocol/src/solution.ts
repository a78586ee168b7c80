/** A solved challenge, as the caller presents it: in `X-PoW-Solution`, or after `PoW ` in `Authorization`. */

import { DIGEST_BYTES, digestInto } from './digest.ts'

/** What is presented, not yet judged. */
export interface Solution {
  /** The challenge's 100 characters, exactly as they were received. */
  readonly challenge: string
  /** 1..16 texts of 1..32 lower-case hex digits. */
  readonly nonces: readonly string[]
}

/** What one nonce looks like. */
export const NONCE_PATTERN = /^[0-9a-f]{1,32}$/

/** Longest text that is looked at, in characters. */
const MAX_LENGTH = 1200
const SOLUTION_PATTERN =
  /^challenge=("?)([A-Za-z0-9_-]{100})\1,[ \t]*nonce=("?)([0-9a-f]{1,32}(?:\.[0-9a-f]{1,32}){0,15})\3$/

/**
 * Reads `challenge=<text>,nonce=<hex>[.<hex>...]`; values may be quoted and blanks may follow the comma, as in
 * `challenge="...", nonce="..."`. Never throws.
 *
 * @returns undefined for everything else, also for two solutions joined into one field
 */
export function parseSolution(text: string): Solution | undefined {
  if (text.length > MAX_LENGTH) return undefined
  const match = SOLUTION_PATTERN.exec(text)
  const challenge = match?.[2]
  const nonces = match?.[4]
  if (challenge === undefined || nonces === undefined) return undefined
  return { challenge, nonces: nonces.split('.') }
}

/** @returns the value of `X-PoW-Solution`. */
export function formatSolution(solution: Solution): string {
  return `challenge=${solution.challenge},nonce=${solution.nonces.join('.')}`
}

/**
 * Are the nonces strictly ascending in plain string order? A solution must be in that order, so that no nonce can be
 * counted twice.
 */
export function areDistinct(nonces: readonly string[]): boolean {
  return nonces.every((nonce, index) => index === 0 || nonce > (nonces[index - 1] ?? ''))
}

/**
 * Is this nonce good: are the first 32 bits of sha256(challenge + nonce), the two texts joined, at most the target?
 *
 * @example `printf %s%s "$challenge" "$nonce" | sha256sum | cut -c 1-8` prints what is compared with the target.
 */
export function solves(challenge: string, nonce: string, target: number): boolean {
  return firstWord(challenge + nonce) <= target
}

const digest = new Uint8Array(DIGEST_BYTES)
const digestView = new DataView(digest.buffer)

/** The first 32 bits of the SHA-256 of a text. */
function firstWord(text: string): number {
  digestInto(text, digest)
  return digestView.getUint32(0)
}
