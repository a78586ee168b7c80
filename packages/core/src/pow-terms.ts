import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { bitsOfTarget, expectedHashes, targetOfWork, workOfDifficulty } from '@turnpike/protocol'
import { TurnpikeError } from './errors.ts'
import { checkKnownOptions } from './option-check.ts'
import type { PowTerms } from './requirement.ts'
import { parseDuration, parseWindows, type WindowSpec } from './window.ts'

/** Terms of a proof of work, checked and computed. */
export interface PowSpec {
  /** Expected hashes of one solution, all nonces together, for a caller with few recent calls. */
  readonly baseWork: number
  /** Most that adaptive difficulty demands; equal to `baseWork` when it is off. */
  readonly maxWork: number
  readonly count: number
  readonly uses: number
  readonly validForMs: number
  readonly bind: 'auto' | 'caller' | 'none'
  readonly quota: readonly WindowSpec[]
  /** Two bytes that change with the terms; signed into challenges so that operators can tell which terms made them. */
  readonly revision: number
}

const MAX_DIFFICULTY = 8
const MAX_COUNT = 16
const MAX_USES = 100_000
/** 24 bits: the most that solvers take by default. */
const DEFAULT_MAX_ADAPTIVE = 6
/** The challenge's `ttl` field has 16 bits of seconds; leave room for the time to solve it. */
const MAX_VALID_FOR_MS = 12 * 3_600_000
const OPTIONS = ['difficulty', 'count', 'uses', 'validFor', 'bind', 'quota', 'adaptive'] as const

/** @throws TurnpikeError `requirement_invalid`, `option_unknown`, `option_invalid` */
export function checkPowTerms(terms: PowTerms): PowSpec {
  checkKnownOptions('pow()', terms, OPTIONS)
  const { difficulty, count = 1, uses = 1, validFor = '5m', bind = 'auto', quota = '60/1m', adaptive } = terms
  demand(
    isBetween(difficulty, 0.25, MAX_DIFFICULTY),
    `difficulty ${JSON.stringify(difficulty)}: take a number from 0.25 to 8 hex digits, as in pow(4), or pow({ bits: 16 })`,
  )
  demand(Number.isInteger(count) && isBetween(count, 1, MAX_COUNT), `count ${count}: take 1 to 16 nonces`)
  demand(Number.isInteger(uses) && isBetween(uses, 1, MAX_USES), `uses ${uses}: take 1 to 100000`)
  demand(
    adaptive === undefined || adaptive === false || (typeof adaptive === 'object' && adaptive !== null),
    'adaptive: take { max: 6 } or false',
  )
  if (typeof adaptive === 'object') checkKnownOptions('pow() adaptive', adaptive, ['max'])
  demand(bind === 'auto' || bind === 'caller' || bind === 'none', `bind: take 'auto', 'caller' or 'none'`)
  demand(
    uses === 1 || bind !== 'none',
    `bind 'none' with ${uses} uses: whoever copies the solution could use it up`,
  )
  const validForMs = parseDuration(validFor)
  if (validForMs === undefined || !isBetween(validForMs, 1000, MAX_VALID_FOR_MS)) {
    throw invalid(`validFor '${validFor}': take '1s' to '12h'`)
  }
  const baseWork = attainable(workOfDifficulty(difficulty), count)
  return {
    baseWork,
    maxWork: maxWorkOf(adaptive, baseWork, count),
    count,
    uses,
    validForMs: uses > 1 ? validForMs : 0,
    bind,
    quota: quota === false ? [] : parseWindows(quota, 'pow quota'),
    revision: revisionOf(terms),
  }
}

/** Has the shape of proof-of-work terms; what it says is not checked yet. */
export function isPowTerms(terms: unknown): terms is PowTerms {
  return typeof terms === 'object' && terms !== null && 'difficulty' in terms
}

function revisionOf(terms: PowTerms): number {
  const [high = 0, low = 0] = sha256(utf8ToBytes(JSON.stringify(terms)))
  return (high << 8) | low
}

/** Never below the base: a demand that shrinks would be no brake. */
function maxWorkOf(adaptive: PowTerms['adaptive'], baseWork: number, count: number): number {
  if (adaptive === false) return baseWork
  const max = adaptive?.max ?? DEFAULT_MAX_ADAPTIVE
  demand(
    isBetween(max, 0.25, MAX_DIFFICULTY),
    `adaptive.max ${max}: take 0.25 to 8 hex digits, or adaptive: false`,
  )
  return Math.max(baseWork, attainable(workOfDifficulty(max), count))
}

/** The work that a target really stands for, so that what is signed never falls short of what is asked by rounding. */
function attainable(work: number, count: number): number {
  const target = targetOfWork(work, count)
  demand(bitsOfTarget(target) <= 32, 'the work of one nonce passes 32 bits')
  return expectedHashes(target, count)
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most
}

function demand(holds: boolean, complaint: string): void {
  if (!holds) throw invalid(complaint)
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('requirement_invalid', `pow(): ${complaint}`)
}
