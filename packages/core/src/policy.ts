import { TurnpikeError } from './errors.ts'
import { checkKnownOptions } from './option-check.ts'
import type { PreparedWay } from './rail.ts'
import { pow, type Requirement } from './requirement.ts'
import type { RequestView } from './request.ts'
import type { Resource } from './resource.ts'
import type { Windows } from './window.ts'

/** What a route demands. All parts are optional; with none of them the policy admits everything. */
export interface PolicyOptions {
  /** Name in answers, windows and challenges. Routes that share a name share its windows. 1 to 64 visible ASCII characters. */
  readonly name?: string
  /** Work or payment once the free allowance is used up. Without it the policy is a plain rate limiter. */
  readonly require?: Requirement
  /** Calls per caller that cost nothing: `'60/1m'`, or several windows that must all fit. */
  readonly free?: Windows
  /** Most calls per caller, however admitted. */
  readonly ceiling?: Windows
  /** `observe` reports what would have been refused, and lets it through (default 'enforce'). */
  readonly mode?: 'enforce' | 'observe'
  /** Exempts a request: it is neither counted nor marked. */
  readonly skip?: (view: RequestView) => boolean | Promise<boolean>
  /** Statuses that give a paid use back (default: 400 and above). */
  readonly giveBackOn?: (status: number) => boolean
}

export type ProtectOptions = Omit<PolicyOptions, 'require'>
export type CeilingOptions = Omit<PolicyOptions, 'require' | 'free' | 'ceiling' | 'giveBackOn'>

/**
 * What an unnamed policy's windows are called by (R6): `route` where the framework knows full patterns free of values,
 * else the `place` of its creation, so that one policy has one set of windows.
 */
export type PolicyScope = 'place' | 'route'

/** What a window of a policy is for. */
export type WindowRole = 'free' | 'ceiling' | 'quota'

/** One window of a policy, named for the store and for the answer. */
export interface PolicyWindow {
  readonly role: WindowRole
  /** Window id in the store (R6). */
  readonly id: string
  /** Name in RateLimit fields. */
  readonly label: string
  readonly limit: number
  readonly windowMs: number
  /** Its item of RateLimit-Policy. */
  readonly field: string
}

/** The windows of a policy as they are called for one request. */
export interface PolicyWindows {
  readonly free: readonly PolicyWindow[]
  readonly ceiling: readonly PolicyWindow[]
  /** One list per way, in the order of `ways`. */
  readonly quotas: readonly (readonly PolicyWindow[])[]
}

/** A checked policy: made by `gate.policy()`, good for that gate alone. */
export interface Policy {
  /** As given, else the place of its creation: `policy-3`. */
  readonly name: string
  readonly mode: 'enforce' | 'observe'
  readonly ways: readonly PreparedWay[]
  readonly skip: PolicyOptions['skip']
  readonly giveBackOn: (status: number) => boolean
  /** What challenges are bound to: the name, else method and route (HEAD counts as GET). */
  resource(view: RequestView): Resource
  windows(view: RequestView): PolicyWindows
}

/**
 * The policy behind every adapter's `protect(...)`. Without a requirement it is the preset: 60 calls a minute free, then
 * `pow(4)` with its quota; options alone change the preset.
 *
 * @example protectPolicy()
 * @example protectPolicy({ free: '5/1m' })
 * @example protectPolicy(anyOf(pow(4), sats(10)), { free: '60/1m' })
 */
export function protectPolicy(
  requirement?: Requirement | ProtectOptions,
  options: ProtectOptions = {},
): PolicyOptions {
  if (requirement === undefined) return { ...PRESET, ...protectOptions(options) }
  if (isRequirement(requirement)) return { ...protectOptions(options), require: requirement }
  return { ...PRESET, ...protectOptions(requirement) }
}

/**
 * The policy behind every adapter's `ceiling(...)`: a limit for each caller, however admitted, and nothing else.
 * @throws TurnpikeError `option_invalid`, `option_unknown`
 */
export function ceilingPolicy(ceiling: Windows, options: CeilingOptions = {}): PolicyOptions {
  if (ceiling === undefined) throw misuse("ceiling() takes windows: write ceiling('600/1m')")
  checkKnownOptions('ceiling()', options, ['name', 'mode', 'skip'])
  return { ...options, ceiling }
}

const PRESET: PolicyOptions = { free: '60/1m', require: pow(4) }

/** JavaScript may pass anything; what slips through here would be an open gate. */
function protectOptions(options: ProtectOptions): ProtectOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw misuse(
      `protect() takes pow(...), anyOf(...) or options, not ${typeof options}: write protect(pow(4), { free: '5/1m' })`,
    )
  }
  if ('require' in options)
    throw misuse('protect() takes its requirement first: write protect(pow(4), { free: "5/1m" })')
  return options
}

function isRequirement(value: unknown): value is Requirement {
  return typeof value === 'object' && value !== null && ('rail' in value || 'anyOf' in value)
}

function misuse(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', complaint)
}
