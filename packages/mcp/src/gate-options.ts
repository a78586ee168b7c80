import { type CallerName, checkKnownOptions, type Gate, TurnpikeError } from '@turnpike/core'
import { isObject } from './json-rpc.ts'
import type { PolicySet } from './policy-table.ts'
import { CREDENTIAL_ARGUMENT, FORBIDDEN_CODES, REFUSAL_CODES, type RefusalCodes } from './wire-names.ts'

/** What `gateMcpServer` takes. */
export interface McpGateOptions extends PolicySet {
  /**
   * How tool calls are refused. `auto` (default): by a JSON-RPC error where the client says that it knows us, else by a
   * tool result that a model can read. Resources and prompts are always refused by errors.
   */
  readonly refusals?: 'auto' | 'result' | 'error'
  /** JSON-RPC error codes by status (default: the status itself). */
  readonly codes?: Partial<RefusalCodes>
  /** Name of the tool argument in which a model may carry a credential (default 'turnpike_credential'); false: none. */
  readonly credentialArgument?: string | false
  /** End the description of each gated tool with a line about its price (default false). */
  readonly describePrices?: boolean
  /** Who calls over stdio: one caller, on this machine (default `{ class: 'local', id: 'stdio' }`). */
  readonly local?: CallerName
}

/** The options, checked, with defaults filled in. */
export interface GateSettings {
  readonly refusals: 'auto' | 'result' | 'error'
  readonly codes: RefusalCodes
  readonly argument: string | undefined
  readonly describePrices: boolean
  readonly local: CallerName
}

const NAMES = [
  'tools',
  'resources',
  'prompts',
  'refusals',
  'codes',
  'credentialArgument',
  'describePrices',
  'local',
] as const

/**
 * JavaScript may pass the options of a gate in its place.
 * @throws TurnpikeError `option_invalid`
 */
export function checkGate(gate: Gate): void {
  if (isObject(gate) && typeof gate.policy === 'function') return
  throw invalid('takes a gate second, one for all servers: createGate({ name, secret })')
}

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkGateOptions(options: McpGateOptions): GateSettings {
  if (typeof options !== 'object' || options === null) {
    throw invalid("takes policies third: { tools: { '*': { require: pow(4) } } }")
  }
  checkKnownOptions('gateMcpServer()', options, NAMES)
  const { refusals = 'auto', credentialArgument = CREDENTIAL_ARGUMENT, describePrices = false } = options
  if (refusals !== 'auto' && refusals !== 'result' && refusals !== 'error') {
    throw invalid(`refusals '${String(refusals)}': take 'auto', 'result' or 'error'`)
  }
  if (credentialArgument !== false && !/^[A-Za-z_]\w{0,63}$/.test(credentialArgument)) {
    throw invalid(`credentialArgument '${credentialArgument}': take letters, digits and '_', or false`)
  }
  return {
    refusals,
    codes: options.codes === undefined ? REFUSAL_CODES : checkCodes(options.codes),
    argument: credentialArgument === false ? undefined : credentialArgument,
    describePrices,
    local: options.local ?? { class: 'local', id: 'stdio' },
  }
}

function checkCodes(codes: Partial<RefusalCodes>): RefusalCodes {
  for (const [status, code] of Object.entries(codes)) {
    if (!Object.hasOwn(REFUSAL_CODES, status))
      throw invalid(`codes: there is no refusal with status ${status}`)
    if (!Number.isSafeInteger(code) || FORBIDDEN_CODES.includes(code)) {
      throw invalid(`codes: ${code} cannot be sent; take an integer outside -32768 to -32000`)
    }
  }
  return { ...REFUSAL_CODES, ...codes }
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', `gateMcpServer() ${complaint}`)
}
