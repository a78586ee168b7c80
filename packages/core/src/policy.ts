import type { CallerClasses } from './caller-classes.ts'
import { TurnpikeError } from './errors.ts'
import type { IdentitySource } from './identity.ts'
import type { InFlight, InFlightLimit } from './in-flight.ts'
import type { Meters, PolicyMeter } from './meter.ts'
import { checkKnownOptions } from './option-check.ts'
import type { PolicyWindow } from './policy-window.ts'
import type { PreparedWay } from './rail.ts'
import { isRequirement, pow, type Requirement } from './requirement.ts'
import type { RequestView } from './request.ts'
import type { Resource } from './resource.ts'
import { demandCalled } from './uncalled.ts'
import type { Windows } from './window.ts'

/** What a route demands. All parts are optional; with none of them the policy admits everything. */
export interface PolicyOptions {
  /** Name in answers, windows and challenges. Routes that share a name share its windows. 1 to 64 visible ASCII characters. */
  readonly name?: string
  /** Work or payment once the free allowance is used up. Without it the policy is a plain rate limiter. */
  readonly require?: Requirement | undefined
  /** Calls per caller that cost nothing: `'60/1m'`, or several windows that must all fit. */
  readonly free?: Windows | undefined
  /** Most calls per caller, however admitted. */
  readonly ceiling?: Windows | undefined
  /** Most calls per account (a named caller's subject) or network (IPv4 /24, IPv6 /48), however admitted. */
  readonly subjectCeiling?: Windows | undefined
  /** Budgets in units that are known only after the call: `{ tokens: { limit: '200000/1h', estimate: 2000 } }` (R33). */
  readonly meters?: Meters | undefined
  /** Most calls that run at once, per caller or per account: `5`, or `{ limit: 5, per: 'subject' }`. */
  readonly inFlight?: InFlight | undefined
  /** What classes of callers have instead; goes before the gate's `classes`. */
  readonly classes?: CallerClasses
  /** `observe` reports what would have been refused, and lets it through (default 'enforce'). */
  readonly mode?: 'enforce' | 'observe'
  /** Exempts a request: it is neither counted nor marked. */
  readonly skip?: (view: RequestView) => boolean | Promise<boolean>
  /** Statuses that give a paid use back (default: 400 and above). */
  readonly giveBackOn?: (status: number) => boolean
}

/** What `protect(requirement, options)` takes besides its requirement. */
export type ProtectOptions = Omit<PolicyOptions, 'require'>
/** What `ceiling(windows, options)` takes besides its windows. */
export type CeilingOptions = Omit<PolicyOptions, 'require' | 'free' | 'ceiling' | 'giveBackOn'>

/**
 * What an unnamed policy's windows are called by (R6): `route` where the framework knows full patterns free of values,
 * else the `place` of its creation, so that one policy has one set of windows.
 */
export type PolicyScope = 'place' | 'route'

/** The windows of a policy as they are called for one request. */
export interface PolicyWindows {
  readonly free: readonly PolicyWindow[]
  /** Those of the caller, then those of its subject. */
  readonly ceilings: readonly PolicyWindow[]
  /** One list per way, in the order of `ways`. */
  readonly quotas: readonly (readonly PolicyWindow[])[]
  readonly meters: readonly PolicyMeter[]
  readonly inFlight: InFlightLimit | undefined
}

/** A checked policy: made by `gate.policy()`, good for that gate alone. */
export interface Policy {
  /** As given, else the place of its creation: `policy-3`. */
  readonly name: string
  readonly mode: 'enforce' | 'observe'
  readonly ways: readonly PreparedWay[]
  /** Asked who calls, in order: those of the gate, then those that a requirement brings along. */
  readonly identities: readonly IdentitySource[]
  /** The policy as classes have it that are not served by this one. Made at boot. */
  readonly classes: ReadonlyMap<string, Policy>
  /** Names of all meters that callers of any class have. */
  readonly meters: ReadonlySet<string>
  /** It demands something of callers, or of some class of them. */
  readonly demands: boolean
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
  options?: ProtectOptions,
): PolicyOptions {
  demandCalled('protect()', requirement)
  if (requirement === undefined) return { ...PRESET, ...protectOptions(options) }
  if (isRequirement(requirement)) return { ...protectOptions(options), require: requirement }
  if (options !== undefined) throw misorder()
  return { ...PRESET, ...protectOptions(requirement) }
}

/**
 * The policy behind every adapter's `ceiling(...)`: a limit for each caller, however admitted, and nothing else.
 * @throws TurnpikeError `option_invalid`, `option_unknown`
 */
export function ceilingPolicy(ceiling: Windows, options: CeilingOptions = {}): PolicyOptions {
  demandCalled("ceiling('600/1m')", ceiling)
  if (ceiling === undefined) throw misuse("ceiling() takes windows: write ceiling('600/1m')")
  checkKnownOptions('ceiling()', options, [
    'name',
    'mode',
    'skip',
    'subjectCeiling',
    'classes',
    'meters',
    'inFlight',
  ])
  return { ...options, ceiling }
}

const PRESET: PolicyOptions = { free: '60/1m', require: pow(4) }

/** JavaScript may pass anything; what slips through here would be an open gate. */
function protectOptions(options: ProtectOptions = {}): ProtectOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw misuse(
      `protect() takes pow(...), anyOf(...) or options, not ${typeof options}: write protect(pow(4), { free: '5/1m' })`,
    )
  }
  if (isRequirement(options)) {
    throw misuse(
      'protect() takes one requirement: write protect(anyOf(pow(4), sats(10))) where either will do',
    )
  }
  if ('require' in options) throw misorder()
  return options
}

function misorder(): TurnpikeError {
  return misuse("protect() takes its requirement first: write protect(pow(4), { free: '5/1m' })")
}

function misuse(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', complaint)
}
