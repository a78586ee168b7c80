import { describe, expect, test } from '@jest/globals'
import * as protocol from '@turnpike/protocol'

describe('public surface', () => {
  test('is exactly this', () => {
    expect(Object.keys(protocol).toSorted()).toEqual([
      'ADMISSION_HEADER',
      'CHALLENGE_ID_BYTES',
      'CHALLENGE_LENGTH',
      'CHALLENGE_MAC_BYTES',
      'CHALLENGE_PATTERN',
      'CHALLENGE_SIGNED_BYTES',
      'CHALLENGE_TAG_BYTES',
      'CREDENTIAL_HEADERS',
      'EXPOSED_HEADERS',
      'MAX_DIFFICULTY',
      'MAX_NONCES',
      'NONCE_PATTERN',
      'POW_SOLUTION_HEADER',
      'PROBLEM_CODES',
      'PROBLEM_MEDIA_TYPE',
      'QUOTA_EXCEEDED',
      'REDUCED_CAPACITY',
      'areDistinct',
      'bitsOfTarget',
      'decodeBase64url',
      'difficultyOfTarget',
      'encodeBase64url',
      'encodeChallenge',
      'expectedHashes',
      'formatLegacyRateLimit',
      'formatPowChallenge',
      'formatRateLimit',
      'formatRateLimitPolicy',
      'formatRetryAfter',
      'formatSolution',
      'formatTarget',
      'homeShard',
      'isProblemCode',
      'parseAuthorization',
      'parseChallenge',
      'parseOffer',
      'parsePowChallenge',
      'parseProblem',
      'parseRateLimit',
      'parseRateLimitPolicy',
      'parseRetryAfter',
      'parseSolution',
      'parseTarget',
      'parseWwwAuthenticate',
      'problemType',
      'sealChallenge',
      'solves',
      'targetOfWork',
      'workOfDifficulty',
    ])
  })

  test('R25 names the header fields that other packages read and set', () => {
    expect(protocol.POW_SOLUTION_HEADER).toBe('x-pow-solution')
    expect(protocol.ADMISSION_HEADER).toBe('turnpike-admission')
    expect(protocol.CREDENTIAL_HEADERS).toEqual(['Authorization', 'X-PoW-Solution', 'X-L402'])
    expect(protocol.EXPOSED_HEADERS).toEqual([
      'WWW-Authenticate',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'Turnpike-Admission',
    ])
  })
})
