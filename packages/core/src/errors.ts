/** Every code this library throws or warns with. Each has an entry in `docs/errors.md`. */
export type TurnpikeErrorCode =
  | 'option_unknown'
  | 'option_invalid'
  | 'secret_missing'
  | 'secret_short'
  | 'secret_key_clash'
  | 'requirement_invalid'
  | 'rail_missing'
  | 'two_requirements'
  | 'policy_foreign'
  | 'gate_closed'
  | 'module_missing'
  | 'module_twice'
  | 'gate_lost'
  | 'mcp_gated_late'
  | 'guard_order'
  | 'context_not_http'
  | 'store_unusable'
  | 'store_may_evict'
  | 'store_unreachable'
  | 'sats_on_memory_store'
  | 'lightning_fake'
  | 'lightning_leaks_preimages'
  | 'status_unguarded'
  | 'meter_unknown'
  | 'meter_invalid'
  | 'meter_spent'

/** Mistakes that do not stop the application. Each is named once per gate, with its docs entry. */
export type WarningCode =
  | 'secret_missing'
  | 'address_unknown'
  | 'class_unknown'
  | 'trust_proxy_spoofable'
  | 'trust_proxy_missing'
  | 'two_gates'
  | 'json_rpc_behind_protect'
  | 'policy_per_request'
  | 'policy_failed'
  | 'tool_unknown'
  | 'gate_after_route'
  | 'memory_store'
  | 'memory_store_workers'
  | 'store_failed'
  | 'store_eviction_unknown'
  | 'claim_unsettled'
  | 'payments_down'
  | 'invoice_wrong'
  | 'price_invalid'
  | 'estimate_invalid'
  | 'audit_failed'
  | 'context_not_http'

/** The only class this library throws; `code` is stable across releases, `message` tells the operator the fix. */
export class TurnpikeError extends Error {
  override readonly name = 'TurnpikeError'
  readonly code: TurnpikeErrorCode
  constructor(code: TurnpikeErrorCode, message: string, options?: ErrorOptions) {
    super(`${message} (${code}: npx @turnpike/cli explain ${code})`, options)
    this.code = code
  }
}
