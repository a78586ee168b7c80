import type { CallerName, CountedCaller } from './caller.ts'
import type { Engine } from './engine.ts'
import { type Findings, identitiesIn, identify, NOTHING_FOUND } from './identification.ts'
import type { IdentitySource } from './identity.ts'
import type { Policy } from './policy.ts'
import type { RequestView } from './request.ts'
import { whenKnown } from './when-known.ts'

/**
 * Whom the request is counted for (R1, R8): the operator's name for it, else who it has proven to be, else the name that
 * the adapter was told, else its address. `User-Agent` and the like name nobody: they are anybody's to choose.
 */
export function callerOf(
  engine: Engine,
  view: RequestView,
  findings: Findings = NOTHING_FOUND,
): CountedCaller | Promise<CountedCaller> {
  const { options, callers } = engine
  const identities = findings.length === 0 ? NOBODY : identitiesIn(findings)
  const proven: CallerName | undefined = identities[0] ?? view.caller
  const known = (name: CallerName | undefined) =>
    name === undefined ? callerByAddress(engine, view) : callers.byName(name)
  if (options.caller === undefined) return known(proven)
  return whenKnown(options.caller(view, identities), (name) => known(name ?? proven))
}

/** Whom a request is counted for, where nothing is decided: sources are asked, and proofs are not used up. */
export function identifiedCaller(
  engine: Engine,
  view: RequestView,
  sources: readonly IdentitySource[],
): CountedCaller | Promise<CountedCaller> {
  if (sources.length === 0) return callerOf(engine, view)
  return whenKnown(identify(view, sources), (findings) => callerOf(engine, view, findings))
}

/** The policy as the caller's class has it. */
export function policyFor({ classes, warnings }: Engine, policy: Policy, { caller }: CountedCaller): Policy {
  const own = policy.classes.get(caller.class)
  if (own !== undefined) return own
  if (policy.classes.size > 0 && !caller.byAddress && !classes.has(caller.class)) {
    warnings.once(
      'class_unknown',
      `a caller is of the class '${caller.class}', which no policy and no gate option \`classes\` knows; it is served like any other`,
    )
  }
  return policy
}

const NOBODY: readonly never[] = []

function callerByAddress({ callers, warnings }: Engine, view: RequestView): CountedCaller {
  const known = callers.byAddress(view.ip)
  if (known !== undefined) return known
  warnings.once(
    'address_unknown',
    'a request came without a client address; all such callers share one bucket. Check the trust-proxy setting of the server',
  )
  return callers.unknown
}
