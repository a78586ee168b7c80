import type { CeilingOptions, ProtectOptions, Requirement, Windows } from '@turnpike/core'
import { SCENARIO_POLICIES, type ScenarioPolicy, type ScenarioPolicyName } from './scenario-routes.ts'

/** What every adapter makes of a policy: middleware, a handler, or something that wraps one. */
export interface GateMakers<Gated> {
  readonly protect: (requirement: Requirement, options: ProtectOptions) => Gated
  readonly ceiling: (windows: Windows, options: CeilingOptions) => Gated
}

/**
 * The policies of the scenario as a framework has them: one for each, however many routes it stands on.
 *
 * @param main the adapter of the scenario's gate
 * @param second that of its second gate
 */
export function scenarioGates<Gated>(
  main: GateMakers<Gated>,
  second: GateMakers<Gated>,
): (name: ScenarioPolicyName) => Gated {
  const made = new Map<ScenarioPolicyName, Gated>()
  const make = (policy: ScenarioPolicy): Gated => {
    switch (policy.kind) {
      case 'protect':
        return main.protect(policy.require, policy.options)
      case 'ceiling':
        return main.ceiling(policy.windows, policy.options)
      case 'foreign':
        return second.ceiling(policy.windows, policy.options)
    }
  }
  return (name) => {
    const gated = made.get(name) ?? make(SCENARIO_POLICIES[name])
    made.set(name, gated)
    return gated
  }
}
