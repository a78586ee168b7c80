export { parseAuthorization, type Authorization } from './authorization.ts'
export { decodeBase64, encodeBase64 } from './base64.ts'
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
export {
  ADMISSION_HEADER,
  CREDENTIAL_HEADERS,
  EXPOSED_HEADERS,
  L402_HEADER,
  POW_SOLUTION_HEADER,
} from './header-names.ts'
export { createHmac } from './hmac.ts'
export { formatL402Caveats, readL402Caveats } from './l402-caveats.ts'
export type { L402Allowance, L402Grant } from './l402-caveats.ts'
export { formatL402Credential, parseL402Credentials } from './l402-credential.ts'
export type { L402Credential } from './l402-credential.ts'
export {
  encodeL402Identifier,
  L402_IDENTIFIER_BYTES,
  L402_RANDOM_BYTES,
  parseL402Identifier,
} from './l402-identifier.ts'
export type { L402Identifier } from './l402-identifier.ts'
export {
  attenuateMacaroon,
  decodeMacaroon,
  encodeMacaroon,
  isSignedBy,
  MAX_CAVEATS,
  MAX_MACAROON_BYTES,
  signMacaroon,
} from './macaroon.ts'
export type { Macaroon } from './macaroon.ts'
export { formatL402Challenge, parseL402Challenge } from './l402-challenge.ts'
export type { L402Challenge } from './l402-challenge.ts'
export { parseOffer } from './offer.ts'
export type { LightningOffer, Offer, PowOffer } from './offer.ts'
export { isPreimageOf } from './preimage.ts'
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
