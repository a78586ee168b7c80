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
  identity_required: { status: 401, title: 'The caller has to say who it is' },
  api_key_unknown: { status: 401, title: 'The API key is not known here' },
  bearer_malformed: { status: 401, title: 'The access token cannot be read' },
  bearer_wrong_kind: { status: 401, title: 'The token is not of a kind that is taken here' },
  bearer_wrong_issuer: { status: 401, title: 'The access token is of an issuer that is not trusted here' },
  bearer_forged: { status: 401, title: 'The access token was not signed by its issuer' },
  bearer_wrong_audience: { status: 401, title: 'The access token is for somebody else' },
  bearer_expired: { status: 401, title: 'The access token is not valid at this time' },
  bearer_inactive: { status: 401, title: 'The access token was revoked, or is not known' },
  bearer_unproven: { status: 401, title: 'The access token needs a proof of possession' },
  bearer_wrong_proof: { status: 401, title: 'The proof of possession does not hold' },
  bearer_replayed: { status: 401, title: 'The proof of possession was shown before' },
  bearer_scope: { status: 403, title: 'The access token does not grant enough' },
  no_challenge: { status: 404, title: 'There is no challenge for this resource' },
  credential_in_use: { status: 409, title: 'The credential is in use by another call' },
  ceiling_reached: { status: 429, title: 'Too many calls, proven or not' },
  subject_ceiling_reached: { status: 429, title: 'Too many calls of this account or network' },
  limit_reached: { status: 429, title: 'Too many calls' },
  meter_exhausted: { status: 429, title: 'The budget is used up' },
  in_flight_limit: { status: 429, title: 'Too many calls at once' },
  issue_flood: { status: 429, title: 'Too many challenges were asked for' },
  identity_unavailable: { status: 503, title: 'Who is calling cannot be checked at the moment' },
  price_unknown: { status: 503, title: 'The price of this call cannot be told' },
  estimate_unknown: { status: 503, title: 'What this call will use cannot be told' },
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
