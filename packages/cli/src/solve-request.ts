import { expectedHashes, formatTarget, MAX_DIFFICULTY, MAX_NONCES, parseChallenge } from '@turnpike/protocol'
import { parseTarget, targetOfWork, workOfDifficulty } from '@turnpike/protocol'
import { UsageError } from './exit-code.ts'

/** The options of `turnpike solve`, as typed. */
export interface SolveFlags {
  readonly challenge: string
  readonly difficulty?: string
  readonly target?: string
  readonly bits?: string
  readonly count?: string
  readonly workers?: string
  readonly maxBits?: string
  readonly json?: boolean
}

/** What they ask for. */
export interface SolveRequest {
  readonly challenge: string
  /** Eight hex digits. */
  readonly target: string
  readonly count: number
  readonly expectedHashes: number
  readonly workers: number | undefined
  readonly maxBits: number
}

const MAX_CHALLENGE_LENGTH = 200
const DEFAULT_DIFFICULTY = 4
const DEFAULT_MAX_BITS = 24
/** 16 nonces of 2^32 hashes. */
const HARDEST_BITS = 36
const MAX_WORKERS = 64

/**
 * Reads the options. A gate's own challenge says itself how hard it is; any other text is taken at difficulty 4.
 * @throws UsageError
 */
export function readSolveRequest(flags: SolveFlags): SolveRequest {
  const challenge = checkChallenge(flags.challenge)
  const own = parseChallenge(challenge)?.challenge
  const target = readHardness(flags) ?? own?.target ?? targetOfWork(workOfDifficulty(DEFAULT_DIFFICULTY))
  const count = wholeNumber('--count', flags.count, 1, MAX_NONCES) ?? own?.count ?? 1
  return {
    challenge,
    target: formatTarget(target),
    count,
    expectedHashes: expectedHashes(target, count),
    workers: wholeNumber('--workers', flags.workers, 0, MAX_WORKERS),
    maxBits: number('--max-bits', flags.maxBits, 0, HARDEST_BITS) ?? DEFAULT_MAX_BITS,
  }
}

function checkChallenge(challenge: string): string {
  const { length } = Array.from(challenge)
  if (length >= 1 && length <= MAX_CHALLENGE_LENGTH) return challenge
  throw new UsageError(`--challenge must have 1 to ${MAX_CHALLENGE_LENGTH} characters, not ${length}.`)
}

function readHardness({ difficulty, target, bits }: SolveFlags): number | undefined {
  if ([difficulty, target, bits].filter((flag) => flag !== undefined).length > 1) {
    throw new UsageError('Give only one of --difficulty, --target and --bits.')
  }
  if (difficulty !== undefined)
    return targetOfWork(workOfDifficulty(above0('--difficulty', difficulty, MAX_DIFFICULTY)))
  if (bits !== undefined) return targetOfWork(2 ** above0('--bits', bits, 32))
  if (target === undefined) return undefined
  const parsed = parseTarget(target)
  if (parsed === undefined)
    throw new UsageError('--target must be 8 lower-case hex digits, such as 0000ffff.')
  return parsed
}

function above0(flag: string, text: string, most: number): number {
  const value = number(flag, text, 0, most) ?? 0
  if (value > 0) return value
  throw new UsageError(`${flag} must be above 0.`)
}

function wholeNumber(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined || /^\d{1,9}$/.test(text)) return number(flag, text, least, most)
  throw new UsageError(`${flag} must be a whole number from ${least} to ${most}, not "${text}".`)
}

function number(flag: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`${flag} must be a number from ${least} to ${most}, not "${text}".`)
}
