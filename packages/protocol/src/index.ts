export { parseAuthorization, type Authorization } from './authorization.ts'
export { decodeBase64url, encodeBase64url } from './base64url.ts'
export {
  CHALLENGE_ID_BYTES,
  CHALLENGE_LENGTH,
  CHALLENGE_MAC_BYTES,
  CHALLENGE_PATTERN,
  CHALLENGE_SIGNED_BYTES,
  CHALLENGE_TAG_BYTES,
  encodeChallenge,
  homeShard,
  MAX_NONCES,
  parseChallenge,
  sealChallenge,
} from './challenge.ts'
export type { Challenge, SealedChallenge } from './challenge.ts'
export {
  bitsOfTarget,
  difficultyOfTarget,
  expectedHashes,
  formatTarget,
  MAX_DIFFICULTY,
  parseTarget,
  targetOfWork,
  workOfDifficulty,
} from './difficulty.ts'
export { ADMISSION_HEADER, CREDENTIAL_HEADERS, EXPOSED_HEADERS, POW_SOLUTION_HEADER } from './header-names.ts'
export { parseOffer } from './offer.ts'
export type { LightningOffer, Offer, PowOffer } from './offer.ts'
export { isProblemCode, PROBLEM_CODES } from './problem-codes.ts'
export type { ProblemCode } from './problem-codes.ts'
export { parseProblem, PROBLEM_MEDIA_TYPE, problemType, QUOTA_EXCEEDED, REDUCED_CAPACITY } from './problem.ts'
export type { Problem } from './problem.ts'
export {
  formatLegacyRateLimit,
  formatRateLimit,
  formatRateLimitPolicy,
  parseRateLimit,
  parseRateLimitPolicy,
} from './rate-limit.ts'
export type { LegacyRateLimit, RateLimitPolicy, RateLimitState } from './rate-limit.ts'
export { formatRetryAfter, parseRetryAfter } from './retry-after.ts'
export { areDistinct, formatSolution, NONCE_PATTERN, parseSolution, solves } from './solution.ts'
export type { Solution } from './solution.ts'
export { formatPowChallenge, parsePowChallenge, parseWwwAuthenticate } from './www-authenticate.ts'
export type { AuthChallenge } from './www-authenticate.ts'
