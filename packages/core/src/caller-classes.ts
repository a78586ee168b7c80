import { TurnpikeError } from './errors.ts'
import type { InFlight } from './in-flight.ts'
import type { Meters } from './meter.ts'
import { checkKnownOptions } from './option-check.ts'
import type { PolicyOptions } from './policy.ts'
import { isRequirement, leavesOf, type Requirement } from './requirement.ts'
import type { Windows } from './window.ts'

/** What a class of callers has instead of what the policy says; false: nothing of that kind. */
export interface ClassOptions {
  /** Calls per caller that cost nothing. Overflow goes on to `require`. */
  readonly free?: Windows | false
  /** Most calls per caller, however admitted. */
  readonly ceiling?: Windows | false
  /** Most calls per account or network, of callers of this class. */
  readonly subjectCeiling?: Windows | false
  /** Budgets of other sizes. */
  readonly meters?: Meters | false
  /** Most calls that run at once. */
  readonly inFlight?: InFlight | false
  /** Work or payment: a price and a difficulty for this class. False: it is a plain rate limit. */
  readonly require?: Requirement | false
}

/** By class, as `caller` or an identity names it: 'anonymous', 'agent', 'human', 'partner', or your own. */
export type CallerClasses = Readonly<Record<string, ClassOptions>>

/** Classes that callers are in without anybody naming them. */
export const BUILT_IN_CLASSES: readonly string[] = [
  'anonymous',
  'agent',
  'human',
  'partner',
  'client',
  'local',
]

const PARTS = ['free', 'ceiling', 'subjectCeiling', 'meters', 'inFlight', 'require'] as const

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkClasses(owner: string, classes: CallerClasses | undefined): void {
  if (classes === undefined) return
  if (!isObject(classes)) throw invalid(`${owner} classes: take { agent: { free: '600/1h' } }`)
  for (const [name, options] of Object.entries(classes)) {
    if (!isObject(options))
      throw invalid(
        `${owner} classes.${name}: take { free, ceiling, subjectCeiling, meters, inFlight, require }`,
      )
    checkKnownOptions(`${owner} classes.${name}`, options, PARTS)
  }
}

/**
 * The policy as each class has it. What the gate says of a class resizes what a policy has and adds nothing to it: a policy
 * that gives nothing away for free gives nothing to agents either, unless it says so itself. Prices are resized, and who may
 * call is no price: what demands an identity is for the policy alone to change.
 */
export function policyOfClasses(
  options: PolicyOptions,
  ofGate: CallerClasses = {},
): ReadonlyMap<string, PolicyOptions> {
  const { classes: ofPolicy = {}, ...base } = options
  const names = new Set([...Object.keys(ofGate), ...Object.keys(ofPolicy)])
  const all = [...names].map((name) => [name, resized(base, ofGate[name], ofPolicy[name])] as const)
  return new Map(all.filter(([, sized]) => PARTS.some((part) => sized[part] !== base[part])))
}

function resized(base: PolicyOptions, ofGate: ClassOptions = {}, own: ClassOptions = {}): PolicyOptions {
  return {
    ...base,
    free: choose(base.free, ofGate.free, own.free),
    ceiling: choose(base.ceiling, ofGate.ceiling, own.ceiling),
    subjectCeiling: choose(base.subjectCeiling, ofGate.subjectCeiling, own.subjectCeiling),
    meters: choose(base.meters, ofGate.meters, own.meters),
    inFlight: choose(base.inFlight, ofGate.inFlight, own.inFlight),
    require: choose(base.require, demandsIdentity(base) ? undefined : ofGate.require, own.require),
  }
}

/** What is no requirement at all is named when it is compiled. */
function demandsIdentity({ require }: PolicyOptions): boolean {
  return isRequirement(require) && leavesOf(require).some(({ rail }) => rail === 'bearer')
}

function choose<T>(
  base: T | undefined,
  ofGate: T | false | undefined,
  own: T | false | undefined,
): T | undefined {
  const chosen = own ?? (base === undefined ? undefined : (ofGate ?? base))
  return chosen === false ? undefined : chosen
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', complaint)
}
