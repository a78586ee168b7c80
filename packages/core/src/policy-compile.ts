import { formatRateLimitPolicy } from '@turnpike/protocol'
import { TurnpikeError } from './errors.ts'
import { checkKnownOptions } from './option-check.ts'
import type { Policy, PolicyOptions, PolicyScope, PolicyWindow, PolicyWindows, WindowRole } from './policy.ts'
import type { PreparedWay, Rail } from './rail.ts'
import type { RequestView } from './request.ts'
import { leavesOf, type RailKind, type Requirement } from './requirement.ts'
import { type Resource, resourceKey } from './resource.ts'
import { parseWindows, type WindowSpec } from './window.ts'

const OPTIONS = ['name', 'require', 'free', 'ceiling', 'mode', 'skip', 'giveBackOn'] as const
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/
/** Routes come from the application's own code, so this bound is never met by a sane one. */
const ROUTES_REMEMBERED = 10_000

/**
 * Checks a policy's options and computes all that does not depend on the request.
 *
 * @param place - what the policy is called when it has no name and the framework knows no route
 * @throws TurnpikeError `option_unknown`, `option_invalid`, `requirement_invalid`, `rail_missing`
 */
export function compilePolicy(
  options: PolicyOptions,
  scope: PolicyScope,
  place: string,
  rails: ReadonlyMap<RailKind, Rail>,
): Policy {
  checkOptions(options)
  const { name, mode = 'enforce', skip, giveBackOn = (status) => status >= 400 } = options
  const ways = options.require === undefined ? [] : prepareWays(options.require, rails)
  const windowsOf = nameWindows(options, ways)
  const own = windowsOf(name === undefined ? `#${place}` : resourceKey({ kind: 'policy', text: name }))
  return {
    name: name ?? place,
    mode,
    ways,
    skip,
    giveBackOn,
    resource: (view) =>
      view.resource ?? (name === undefined ? routeResource(view) : { kind: 'policy', text: name }),
    windows: (view) =>
      name === undefined && scope === 'route' && view.route !== undefined
        ? windowsOf(resourceKey(routeResource(view)))
        : own,
  }
}

function checkOptions(options: PolicyOptions): void {
  checkKnownOptions('policy', options, OPTIONS)
  const { name, mode = 'enforce' } = options
  if (name !== undefined && !NAME.test(name)) {
    throw invalid(`name '${name}': take 1 to 64 visible ASCII characters, blanks only inside`)
  }
  if (mode !== 'enforce' && mode !== 'observe')
    throw invalid(`mode '${String(mode)}': take 'enforce' or 'observe'`)
  for (const option of ['skip', 'giveBackOn'] as const) {
    if (options[option] !== undefined && typeof options[option] !== 'function')
      throw invalid(`${option} takes a function`)
  }
}

function prepareWays(requirement: Requirement, rails: ReadonlyMap<RailKind, Rail>): readonly PreparedWay[] {
  if (typeof requirement !== 'object' || requirement === null)
    throw invalid('require: take pow(4) or anyOf(...)')
  const leaves = leavesOf(requirement)
  if (leaves.length === 0) throw invalid('require: an empty anyOf admits everybody')
  return leaves.map((leaf) => {
    const rail = rails.get(leaf.rail)
    if (rail === undefined) {
      throw new TurnpikeError(
        'rail_missing',
        `require: this gate has no '${leaf.rail}' rail; ${leaf.rail === 'lightning' ? 'give it a backend in `lightning`' : 'give it one in `rails`'}`,
      )
    }
    return rail.prepare(leaf.terms)
  })
}

/** Names the windows of a policy for a base that says whose they are; one set per base, made once. */
function nameWindows(options: PolicyOptions, ways: readonly PreparedWay[]): (base: string) => PolicyWindows {
  const free = options.free === undefined ? [] : parseWindows(options.free, 'free')
  const ceiling = options.ceiling === undefined ? [] : parseWindows(options.ceiling, 'ceiling')
  const made = new Map<string, PolicyWindows>()
  return (base) => {
    const known = made.get(base)
    if (known !== undefined) return known
    const named = (role: WindowRole, specs: readonly WindowSpec[], rail = '') =>
      specs.map((spec) =>
        nameWindow(spec, role, rail, { base, prefix: options.name, alone: specs.length === 1 }),
      )
    const windows: PolicyWindows = {
      free: named('free', free),
      ceiling: named('ceiling', ceiling),
      quotas: ways.map((way) => named('quota', way.quota, way.rail)),
    }
    if (made.size < ROUTES_REMEMBERED) made.set(base, windows)
    return windows
  }
}

/** The id ends in the base, whose text is free; what stands before it has a fixed form, so no two ids meet. */
function nameWindow(
  { limit, windowMs }: WindowSpec,
  role: WindowRole,
  rail: string,
  {
    base,
    prefix,
    alone,
  }: { readonly base: string; readonly prefix: string | undefined; readonly alone: boolean },
): PolicyWindow {
  const what = rail === '' ? role : `${rail}-${role}`
  const plain = alone ? what : `${what}-${windowMs / 1000}s`
  const label = prefix === undefined ? plain : `${prefix} ${plain}`
  const field = formatRateLimitPolicy([{ name: label, limit, windowMs }])
  return { role, id: `${what} ${windowMs} ${base}`, label, limit, windowMs, field }
}

function routeResource(view: RequestView): Resource {
  const method = view.method === 'HEAD' ? 'GET' : view.method
  return { kind: 'route', text: `${method} ${view.route ?? view.path}` }
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', `policy ${complaint}`)
}
