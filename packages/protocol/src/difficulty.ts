/**
 * How hard a proof of work is. A nonce is good iff the first 32 bits of the digest are at most the **target**, a u32.
 * The public unit, **difficulty**, is leading zero hex digits, with fractions: 4 = target `0000ffff` = 65,536 hashes.
 */

const DIGESTS = 2 ** 32
const MAX_TARGET = DIGESTS - 1
const TARGET_PATTERN = /^[0-9a-f]{8}$/

/** The hardest that a u32 target can say. */
export const MAX_DIFFICULTY = 8

/**
 * @param difficulty leading zero hex digits, above 0 and at most 8
 * @returns expected hashes: 16 to that power
 * @throws RangeError outside that range
 */
export function workOfDifficulty(difficulty: number): number {
  if (!(difficulty > 0 && difficulty <= MAX_DIFFICULTY)) {
    throw new RangeError(`difficulty must be above 0 and at most ${MAX_DIFFICULTY}, not ${difficulty}`)
  }
  return 16 ** difficulty
}

/**
 * The target of each nonce when `count` nonces share the work; more of them make the time to solve more even.
 *
 * @param work expected hashes in all, above 0
 * @returns a u32; work beyond 2^32 a nonce is cut to the hardest target, 0
 * @throws RangeError for work or a count that is not a positive number
 */
export function targetOfWork(work: number, count = 1): number {
  if (!(work > 0 && count > 0))
    throw new RangeError(`work and count must be above 0, not ${work} and ${count}`)
  const target = Math.round((DIGESTS * count) / work) - 1
  return Math.min(MAX_TARGET, Math.max(0, target))
}

/** @returns expected hashes, a whole number, to find `count` nonces for a target. */
export function expectedHashes(target: number, count: number): number {
  return Math.round((DIGESTS * count) / (target + 1))
}

/** @returns expected work for one nonce in bits, 0..32: log2 of the hashes. */
export function bitsOfTarget(target: number): number {
  return 32 - Math.log2(target + 1)
}

/**
 * Difficulty of one nonce, to three decimals. A client that knows only this number and looks for `ceil(difficulty)`
 * zero digits always meets the target, therefore a value just above a whole number is never rounded down to it.
 */
export function difficultyOfTarget(target: number): number {
  const exact = bitsOfTarget(target) / 4
  const thousandths = Math.round(exact * 1000)
  const tooEasy = thousandths % 1000 === 0 && thousandths < exact * 1000
  return (tooEasy ? thousandths + 1 : thousandths) / 1000
}

/** @returns 8 lower-case hex digits, so that comparing texts is comparing numbers. */
export function formatTarget(target: number): string {
  return target.toString(16).padStart(8, '0')
}

/** @returns the u32, or undefined unless `text` is exactly 8 lower-case hex digits. */
export function parseTarget(text: string): number | undefined {
  return TARGET_PATTERN.test(text) ? Number.parseInt(text, 16) : undefined
}
