import type { Gate } from '@turnpike/core'
import { checkGate, checkGateOptions, type GateSettings, type McpGateOptions } from './gate-options.ts'
import { createPolicyTable, type PolicyTable } from './policy-table.ts'

/** Options, checked and compiled. */
export interface PreparedOptions {
  readonly settings: GateSettings
  readonly table: PolicyTable
}

/** What a gate was used with last: servers made per request mostly bring one and the same object. */
const last = new WeakMap<Gate, PreparedOptions & { readonly options: McpGateOptions }>()

/** @throws TurnpikeError `option_unknown`, `option_invalid`, and as `gate.policy` does */
export function prepareOptions(gate: Gate, options: McpGateOptions): PreparedOptions {
  const known = last.get(gate)
  if (known !== undefined && known.options === options) return known
  checkGate(gate)
  const prepared = { options, settings: checkGateOptions(options), table: createPolicyTable(gate, options) }
  last.set(gate, prepared)
  return prepared
}
