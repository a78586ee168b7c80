/** Every reason for which a gate refuses a call: the `code` of a problem document, stable across releases. */

interface ProblemCodeEntry {
  readonly status: number
  /** For people; the same for every problem of this code (RFC 9457 §3.1.3). */
  readonly title: string
}

/** Status and title by code. */
export const PROBLEM_CODES = {
  proof_required: { status: 402, title: 'Work or payment is required' },
  credential_malformed: { status: 402, title: 'The credential cannot be read' },
  credential_unknown_key: { status: 402, title: 'The credential was signed with a key not in use' },
  credential_forged: { status: 402, title: 'The credential was not issued here' },
  credential_wrong_preimage: { status: 402, title: 'The preimage does not belong to the payment' },
  credential_bad_caveat: {
    status: 402,
    title: 'A caveat of the credential is unknown or too wide',
  },
  credential_expired: { status: 402, title: 'The credential has expired' },
  credential_wrong_resource: { status: 402, title: 'The credential is for another resource' },
  credential_wrong_caller: { status: 402, title: 'The credential is for another caller' },
  credential_too_weak: { status: 402, title: 'The credential is worth less than is asked for now' },
  credential_wrong_work: { status: 402, title: 'The work was not done' },
  credential_spent: { status: 402, title: 'The credential is used up' },
  credential_exhausted: { status: 402, title: 'The credential was given back too often' },
  credential_unsettled: { status: 402, title: 'The payment has not arrived yet' },
  credential_lost: { status: 402, title: 'The credential is older than what this gate remembers' },
  quota_reached: { status: 402, title: 'The quota of this way is used up' },
  no_challenge: { status: 404, title: 'There is no challenge for this resource' },
  credential_in_use: { status: 409, title: 'The credential is in use by another call' },
  ceiling_reached: { status: 429, title: 'Too many calls, proven or not' },
  limit_reached: { status: 429, title: 'Too many calls' },
  issue_flood: { status: 429, title: 'Too many challenges were asked for' },
  price_unknown: { status: 503, title: 'The price of this call cannot be told' },
  lightning_down: { status: 503, title: 'Payments cannot be offered or checked at the moment' },
  store_down: { status: 503, title: 'The gate cannot reach its store' },
  store_full: { status: 503, title: 'The gate cannot take new callers' },
  store_corrupt: { status: 503, title: 'The gate cannot read what it stored' },
  store_late: { status: 503, title: 'The gate did not decide in time' },
} as const satisfies Readonly<Record<string, ProblemCodeEntry>>

/** The closed union of codes. */
export type ProblemCode = keyof typeof PROBLEM_CODES

/** Is this a code that this release knows? A newer server may send others. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEM_CODES, code)
}
