/** Names of header fields that more than one package must spell alike. Those read or set by code are lower case. */

/** Carries a solution; see `formatSolution`. */
export const POW_SOLUTION_HEADER = 'x-pow-solution'

/** Carries an L402 credential where `Authorization` holds something else. */
export const L402_HEADER = 'x-l402'

/** Says which way admitted a call, and what is left of its credential: `<way>;uses=<left>` (R25). */
export const ADMISSION_HEADER = 'turnpike-admission'

/** What a page from another origin must be allowed to read: to be appended to `Access-Control-Expose-Headers`. */
export const EXPOSED_HEADERS: readonly string[] = [
  'WWW-Authenticate',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'Turnpike-Admission',
]

/** The fields that carry credentials: to be named in `Vary` on proven answers (R25). */
export const CREDENTIAL_HEADERS: readonly string[] = ['Authorization', 'X-PoW-Solution', 'X-L402']
