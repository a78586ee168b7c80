import { type CallerClasses, CLASS_PARTS, type ClassOptions } from './caller-classes.ts'
import type { PolicyOptions } from './policy.ts'
import { isRequirement, leavesOf } from './requirement.ts'

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
  return new Map(all.filter(([, sized]) => CLASS_PARTS.some((part) => sized[part] !== base[part])))
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
