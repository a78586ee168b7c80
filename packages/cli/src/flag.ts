/** Values of flags, as typed. */
import { UsageError } from './exit-code.ts'

/** @throws UsageError for anything but a decimal number within the bounds */
export function readNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`${flag} must be a number from ${least} to ${most}, not "${text}".`)
}

/** @throws UsageError for anything but a whole number within the bounds */
export function readWhole(flag: string, text: string, least: number, most: number): number {
  if (/^\d{1,9}$/.test(text)) return readNumber(flag, text, least, most)
  throw new UsageError(`${flag} must be a whole number from ${least} to ${most}, not "${text}".`)
}

/** @throws UsageError for anything but a decimal number above 0 */
export function readAbove0(flag: string, text: string, most: number): number {
  const value = readNumber(flag, text, 0, most)
  if (value > 0) return value
  throw new UsageError(`${flag} must be above 0.`)
}

/** 16 nonces of 2^32 hashes: no challenge can ask for more. */
const HARDEST_BITS = 36

/** @throws UsageError for anything but bits of work, fractions allowed */
export function readMaxBits(text: string): number {
  return readNumber('--max-bits', text, 0, HARDEST_BITS)
}

/** A bitcoin. */
const MOST_SATS = 100_000_000

/** @throws UsageError for anything but whole satoshis, from `least` on */
export function readSats(flag: string, text: string, least: number): number {
  return readWhole(flag, text, least, MOST_SATS)
}

/** Collects the values of a flag that may be repeated. */
export function appendValue(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}
