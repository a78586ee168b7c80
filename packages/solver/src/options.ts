import {
  expectedHashes as hashesFor,
  MAX_DIFFICULTY,
  MAX_NONCES,
  parseTarget,
  targetOfWork,
  workOfDifficulty,
} from '@turnpike/protocol'
import { SolverError } from './solver-error.ts'
import type { Progress } from './progress.ts'

/** How hard each nonce is to find: one of the two. */
export type Hardness =
  | {
      /** Eight lower-case hex digits, as offers carry it: the most that the first eight of a hash may be. */
      readonly target: string
      readonly difficulty?: undefined
    }
  | {
      /** Leading zero hex digits, above 0 and at most 8; fractions allowed (4.25 is 17 bits). */
      readonly difficulty: number
      readonly target?: undefined
    }

/** What `solve` takes. */
export type SolveOptions = Hardness & {
  /** The text to solve, 1 to 200 characters; any text will do, not only a gate's challenge. */
  readonly challenge: string
  /** Different nonces to find, 1 to 16. Default 1. */
  readonly count?: number
  /** Stops the search; `solve` then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined
  /** Hears how far the search is, ten times a second at most. What it throws ends the search. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Gives up after so many hashes. Default: as many as it takes. */
  readonly maxHashes?: number | undefined
  /** Refuses work whose expected hashes, for all nonces together, are above 2 to this power. Default 24, at most 36. */
  readonly maxBits?: number | undefined
  /**
   * Worker threads; 0 = the calling thread, in turns of some milliseconds. Default: the calling thread up to about
   * four million expected hashes, above that a worker per core, 8 at most.
   */
  readonly workers?: number | undefined
}

/** The options, checked, with defaults filled in. */
export interface Work {
  readonly challenge: string
  readonly target: number
  readonly count: number
  readonly expectedHashes: number
  readonly maxHashes: number
  /** Undefined: as many as make sense. */
  readonly workers: number | undefined
}

const MAX_CHALLENGE_LENGTH = 200
const MAX_WORKERS = 64
const DEFAULT_MAX_BITS = 24
/** 16 nonces of 2^32 hashes. */
const HARDEST_BITS = 36
const SURROGATE = /\p{Surrogate}/u

/** @throws SolverError `bad_input` or `too_hard`. */
export function checkOptions(options: SolveOptions): Work {
  const count = integer('count', options.count ?? 1, 1, MAX_NONCES)
  const target = readTarget(options)
  const work: Work = {
    challenge: checkChallenge(options.challenge),
    target,
    count,
    expectedHashes: hashesFor(target, count),
    maxHashes: integer('maxHashes', options.maxHashes ?? Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER),
    workers: options.workers === undefined ? undefined : integer('workers', options.workers, 0, MAX_WORKERS),
  }
  checkHardness(work, options.maxBits ?? DEFAULT_MAX_BITS)
  return work
}

function checkChallenge(challenge: unknown): string {
  if (typeof challenge !== 'string') throw new SolverError('bad_input', 'challenge must be a text.')
  const length = Array.from(challenge).length
  if (length < 1 || length > MAX_CHALLENGE_LENGTH) {
    const message = `challenge must have 1 to ${MAX_CHALLENGE_LENGTH} characters, not ${length}.`
    throw new SolverError('bad_input', message)
  }
  if (SURROGATE.test(challenge)) {
    throw new SolverError('bad_input', 'challenge has half a surrogate pair, which UTF-8 cannot carry.')
  }
  return challenge
}

function readTarget({ target, difficulty }: SolveOptions): number {
  if ((target === undefined) === (difficulty === undefined)) {
    throw new SolverError('bad_input', 'Give either target or difficulty.')
  }
  if (target === undefined) return targetOfDifficulty(difficulty)
  const number = typeof target === 'string' ? parseTarget(target) : undefined
  if (number === undefined) {
    throw new SolverError('bad_input', 'target must be eight lower-case hex digits, such as 0000ffff.')
  }
  return number
}

function targetOfDifficulty(difficulty: unknown): number {
  if (typeof difficulty === 'number' && difficulty > 0 && difficulty <= MAX_DIFFICULTY) {
    return targetOfWork(workOfDifficulty(difficulty))
  }
  const message = `difficulty must be a number above 0 and at most ${MAX_DIFFICULTY}, such as 4.`
  throw new SolverError('bad_input', message)
}

function integer(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new SolverError('bad_input', `${name} must be a whole number from ${least} to ${most}.`)
}

/** A challenge comes from a server that may be hostile: how long we work is ours to decide. */
function checkHardness({ expectedHashes, count, target }: Work, maxBits: unknown): void {
  if (typeof maxBits !== 'number' || !(maxBits >= 0 && maxBits <= HARDEST_BITS)) {
    throw new SolverError('bad_input', `maxBits must be a number from 0 to ${HARDEST_BITS}.`)
  }
  const bits = Math.log2(expectedHashes)
  if (bits <= maxBits) return
  const each = target.toString(16).padStart(8, '0')
  const asked = `${count} nonce${count === 1 ? '' : 's'} at target ${each} take ${bits.toFixed(1)} bits of work`
  throw new SolverError(
    'too_hard',
    `${asked}; the limit is ${maxBits}. If that is meant, raise the option maxBits.`,
  )
}
