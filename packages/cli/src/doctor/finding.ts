/** Something that a check has to say. The codes are listed in docs/cli.md. */
export interface Finding {
  /** A mistake keeps clients out or lets them down; a note may be as intended. */
  readonly kind: 'mistake' | 'note'
  readonly code: FindingCode
  /** What was seen, and the fix. */
  readonly message: string
}

/** The closed union of codes. */
export type FindingCode =
  | 'plain_http'
  | 'not_gated'
  | 'observed'
  | 'redirected'
  | 'status_wrong'
  | 'preflight_gated'
  | 'preflight_header'
  | 'cors_absent'
  | 'cors_exposure'
  | 'authenticate_missing'
  | 'authenticate_order'
  | 'authenticate_too_long'
  | 'authenticate_parameters'
  | 'authenticate_unreadable'
  | 'offers_differ'
  | 'offer_too_hard'
  | 'offer_expired'
  | 'invoice_network'
  | 'problem_unreadable'
  | 'no_way_on'
  | 'no_store_missing'
  | 'retry_after_form'
  | 'retry_after_missing'
  | 'rate_limit_unreadable'
  | 'clock_apart'
  | 'clock_unknown'
  | 'endpoint_missing'
  | 'mcp_initialize_refused'

/** Something that keeps clients out or lets them down. */
export function mistake(code: FindingCode, message: string): Finding {
  return { kind: 'mistake', code, message }
}

/** Something that may be as intended. */
export function note(code: FindingCode, message: string): Finding {
  return { kind: 'note', code, message }
}
