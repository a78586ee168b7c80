import { expectedHashes, formatTarget, MAX_DIFFICULTY, MAX_NONCES, parseChallenge } from '@turnpike/protocol'
import { parseTarget, targetOfWork, workOfDifficulty } from '@turnpike/protocol'
import { UsageError } from '../exit-code.ts'
import { readAbove0, readMaxBits, readWhole } from '../flag.ts'
import { formatDuration } from '../quantity.ts'

/** The options of `turnpike solve`, as typed. */
export interface SolveFlags {
  readonly challenge: string
  readonly difficulty?: string
  readonly target?: string
  readonly bits?: string
  readonly count?: string
  readonly workers?: string
  readonly maxBits: string
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
  /** Why a gate will refuse what is found, where the challenge itself tells. */
  readonly warnings: readonly string[]
}

/** How hard the search is: most that the first 32 bits of each digest may be, and how many nonces to find. */
interface Terms {
  readonly target: number
  readonly count: number
}

const MAX_CHALLENGE_LENGTH = 200
const DEFAULT_DIFFICULTY = 4
const MAX_WORKERS = 64

/**
 * Reads the options. A gate's own challenge says itself how hard it is; any other text is taken at difficulty 4.
 * @throws UsageError
 */
export function readSolveRequest(flags: SolveFlags, nowMs: number): SolveRequest {
  const challenge = checkChallenge(flags.challenge)
  const own = parseChallenge(challenge)?.challenge
  const terms = {
    target: readHardness(flags) ?? own?.target ?? targetOfWork(workOfDifficulty(DEFAULT_DIFFICULTY)),
    count: flags.count === undefined ? (own?.count ?? 1) : readWhole('--count', flags.count, 1, MAX_NONCES),
  }
  const { workers, maxBits } = flags
  return {
    challenge,
    target: formatTarget(terms.target),
    count: terms.count,
    expectedHashes: expectedHashes(terms.target, terms.count),
    workers: workers === undefined ? undefined : readWhole('--workers', workers, 0, MAX_WORKERS),
    maxBits: readMaxBits(maxBits),
    warnings: own === undefined ? [] : [...warnOfTerms(own, terms), ...warnOfExpiry(own, nowMs)],
  }
}

/** A gate looks at the terms that it has signed, not at those that the work was done for. */
function warnOfTerms(signed: Terms, { target, count }: Terms): readonly string[] {
  const demanded = `The challenge itself demands target ${formatTarget(signed.target)} and ${signed.count} nonce(s)`
  const easier = `${demanded}; a nonce for target ${formatTarget(target)} is most likely refused. Leave the flag out.`
  const other = `${demanded}; ${count} will be refused. Leave --count out.`
  return [...(target > signed.target ? [easier] : []), ...(count === signed.count ? [] : [other])]
}

function warnOfExpiry(
  { expiresAtSeconds }: { readonly expiresAtSeconds: number },
  nowMs: number,
): readonly string[] {
  const agoMs = nowMs - expiresAtSeconds * 1000
  if (agoMs < 0) return []
  const ago = formatDuration(agoMs)
  return [`By this machine's clock the challenge expired ${ago} ago. Ask the server for a fresh one.`]
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
    return targetOfWork(workOfDifficulty(readAbove0('--difficulty', difficulty, MAX_DIFFICULTY)))
  if (bits !== undefined) return targetOfWork(2 ** readAbove0('--bits', bits, 32))
  if (target === undefined) return undefined
  const parsed = parseTarget(target)
  if (parsed === undefined)
    throw new UsageError('--target must be 8 lower-case hex digits, such as 0000ffff.')
  return parsed
}
