import { formatRateLimitPolicy } from '@turnpike/protocol'
import { type CallerClasses, checkClasses } from './caller-classes.ts'
import { policyOfClasses } from './class-policies.ts'
import { TurnpikeError } from './errors.ts'
import type { IdentitySource } from './identity.ts'
import { checkInFlight, nameInFlight } from './in-flight.ts'
import { checkMeters, withWindows } from './meter.ts'
import { checkKnownOptions } from './option-check.ts'
import type { PolicyWindow, WindowRole } from './policy-window.ts'
import type { Policy, PolicyOptions, PolicyScope, PolicyWindows } from './policy.ts'
import type { PreparedWay, Rail } from './rail.ts'
import type { RequestView } from './request.ts'
import {
  type AllOf,
  isRequirement,
  type Leaf,
  type RailKind,
  type Requirement,
  waysOf,
} from './requirement.ts'
import { type Resource, resourceKey } from './resource.ts'
import { parseWindows, type WindowSpec } from './window.ts'

const OPTIONS = [
  'name',
  'require',
  'free',
  'ceiling',
  'subjectCeiling',
  'meters',
  'inFlight',
  'classes',
  'mode',
  'skip',
  'giveBackOn',
] as const
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/
/** Routes come from the application's own code, so this bound is never met by a sane one. */
const ROUTES_REMEMBERED = 10_000
const NO_CLASSES: Policy['classes'] = new Map()

/** What a gate brings to each of its policies. */
export interface PolicyGround {
  readonly rails: ReadonlyMap<RailKind, Rail>
  readonly identities: readonly IdentitySource[]
  readonly classes: CallerClasses | undefined
}

/**
 * Checks a policy's options and computes all that does not depend on the request, for each class of callers.
 *
 * @param place - what the policy is called when it has no name and the framework knows no route
 * @throws TurnpikeError `option_unknown`, `option_invalid`, `requirement_invalid`, `rail_missing`
 */
export function compilePolicy(
  options: PolicyOptions,
  scope: PolicyScope,
  place: string,
  ground: PolicyGround,
): Policy {
  checkOptions(options)
  const { name, mode = 'enforce', skip, giveBackOn = (status) => status >= 400 } = options
  const compile = (sized: PolicyOptions, onlyClass?: string) => {
    const ways = sized.require === undefined ? [] : prepareWays(sized.require, ground.rails)
    return { ways, windowsOf: nameWindows(sized, ways, onlyClass) }
  }
  const base = compile(options)
  const variants = policyOfClasses(options, ground.classes)
  const sizes = [...variants].map(([kind, sized]) => {
    // A ceiling that a class does not resize is shared by all callers of the account.
    const isOwn = sized.subjectCeiling !== options.subjectCeiling
    return [kind, compile(sized, isOwn ? kind : undefined)] as const
  })
  const all = [base, ...sizes.map(([, sized]) => sized)]
  const identities = sourcesOf(all, ground.identities)
  const meters = metersOf([options, ...variants.values()])
  const demands = all.some(({ ways }) => ways.length > 0)
  const policyOf = ({ ways, windowsOf }: typeof base, classes: Policy['classes']): Policy => {
    const own = windowsOf(name === undefined ? `#${place}` : resourceKey({ kind: 'policy', text: name }))
    return {
      name: name ?? place,
      mode,
      ways,
      identities,
      classes,
      meters,
      demands,
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
  return policyOf(base, new Map(sizes.map(([kind, sized]) => [kind, policyOf(sized, NO_CLASSES)])))
}

function metersOf(sizes: readonly PolicyOptions[]): ReadonlySet<string> {
  return new Set(sizes.flatMap(({ meters = {} }) => Object.keys(meters)))
}

/** Each source once, however many requirements name it. */
function sourcesOf(
  parts: readonly { readonly ways: readonly PreparedWay[] }[],
  ofGate: readonly IdentitySource[],
): readonly IdentitySource[] {
  const demanded = parts.flatMap(({ ways }) => ways.flatMap(({ identity }) => identity?.source ?? []))
  return [...new Set([...ofGate, ...demanded])]
}

function checkOptions(options: PolicyOptions): void {
  if (isRequirement(options)) throw invalid('takes its requirement by name: write { require: pow(4) }')
  checkKnownOptions('policy', options, OPTIONS)
  checkClasses('policy', options.classes)
  const { name, mode = 'enforce' } = options
  if (name !== undefined && !(typeof name === 'string' && NAME.test(name))) {
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
  const ways = waysOf(requirement)
  if (ways.length === 0) throw invalid('require: an empty anyOf admits everybody')
  return ways.map((way) => ('allOf' in way ? prepareBoth(way, rails) : prepareWay(way, rails)))
}

/** One way that demands an identity, too (R2). */
function prepareBoth({ allOf: [bearer, other] }: AllOf, rails: ReadonlyMap<RailKind, Rail>): PreparedWay {
  const { identity, quota } = prepareWay(bearer, rails)
  if (identity === undefined) throw invalid('require: allOf() needs a bearer requirement')
  if (quota.length > 0) throw quotaOfBoth()
  return { ...prepareWay(other, rails), identity }
}

function quotaOfBoth(): TurnpikeError {
  return new TurnpikeError(
    'requirement_invalid',
    'require: allOf() is one way, and a quota of its bearer requirement would count nothing: take a ceiling, or the quota of the other one',
  )
}

const A_BACKEND =
  'a backend in `lightning`, such as lightning: phoenixd({ url, password }) of @turnpike/lightning'

function prepareWay({ rail: kind, terms }: Leaf, rails: ReadonlyMap<RailKind, Rail>): PreparedWay {
  const rail = rails.get(kind)
  if (rail !== undefined) return rail.prepare(terms)
  throw new TurnpikeError(
    'rail_missing',
    `require: this gate has no '${kind}' rail; give it ${kind === 'lightning' ? A_BACKEND : 'one in `rails`'}`,
  )
}

/**
 * Names the windows of a policy for a base that says whose they are; one set per base, made once.
 *
 * @param onlyClass - the class whose callers alone count against the ceiling of their account; undefined: all
 */
function nameWindows(
  options: PolicyOptions,
  ways: readonly PreparedWay[],
  onlyClass: string | undefined,
): (base: string) => PolicyWindows {
  const free = options.free === undefined ? [] : parseWindows(options.free, 'free')
  const ceiling = options.ceiling === undefined ? [] : parseWindows(options.ceiling, 'ceiling')
  const ofSubject =
    options.subjectCeiling === undefined ? [] : parseWindows(options.subjectCeiling, 'subjectCeiling')
  const meters = checkMeters(options.meters)
  const inFlight = checkInFlight(options.inFlight)
  const made = new Map<string, PolicyWindows>()
  return (base) => {
    const known = made.get(base)
    if (known !== undefined) return known
    const named = (use: WindowUse, specs: readonly WindowSpec[]) =>
      specs.map((spec) => nameWindow(spec, use, { base, prefix: options.name, alone: specs.length === 1 }))
    const windows: PolicyWindows = {
      free: named({ role: 'free', word: 'free' }, free),
      ceilings: [
        ...named({ role: 'ceiling', word: 'ceiling' }, ceiling),
        ...named({ role: 'subjectCeiling', word: 'subject-ceiling', onlyClass }, ofSubject),
      ],
      quotas: ways.map(({ rail, quota }) => named({ role: 'quota', word: `${rail}-quota` }, quota)),
      meters: meters.map((meter) =>
        withWindows(meter, named({ role: 'meter', word: meter.name, unit: meter.name }, meter.limits)),
      ),
      inFlight: nameInFlight(inFlight, base),
    }
    if (made.size < ROUTES_REMEMBERED) made.set(base, windows)
    return windows
  }
}

/** What a window is for, and in a word. */
interface WindowUse {
  readonly role: WindowRole
  readonly word: string
  /** The class whose callers alone count; undefined: all. */
  readonly onlyClass?: string | undefined
  readonly unit?: string
}

interface WindowPlace {
  readonly base: string
  /** Name of the policy, where it has one. */
  readonly prefix: string | undefined
  /** It is the only one of its use. */
  readonly alone: boolean
}

/** The id ends in the base, whose text is free; what stands before it has a fixed form, so no two ids meet. */
function nameWindow(
  { limit, windowMs }: WindowSpec,
  { role, word, onlyClass, unit }: WindowUse,
  { base, prefix, alone }: WindowPlace,
): PolicyWindow {
  const plain = alone ? word : `${word}-${windowMs / 1000}s`
  const label = prefix === undefined ? plain : `${prefix} ${plain}`
  const field = formatRateLimitPolicy([{ name: label, limit, windowMs }])
  const whose = onlyClass === undefined ? base : `${onlyClass.length}:${onlyClass} ${base}`
  return { role, id: `${word} ${windowMs} ${whose}`, label, limit, windowMs, field, unit }
}

function routeResource(view: RequestView): Resource {
  const method = view.method === 'HEAD' ? 'GET' : view.method
  return { kind: 'route', text: `${method} ${view.route ?? view.path}` }
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', `policy ${complaint}`)
}
