import { TurnpikeError } from './errors.ts'
import type { RequestView } from './request.ts'
import type { Duration, Windows } from './window.ts'

/** What a route demands, as one rail understands it. Made by `pow(4)`; read by the rail of that name alone. */
export interface Leaf {
  readonly rail: RailKind
  readonly terms: unknown
}

/** The rails there are. Each has a module of its own; a gate is told which of them it has. */
export type RailKind = 'bearer' | 'pow' | 'lightning'

/** Both are demanded of one call: an identity, and work or payment. */
export interface AllOf {
  readonly allOf: readonly [bearer: Leaf, other: Leaf]
}

/** Any one of several requirements will do, tried in the order in which they are written. */
export interface AnyOf {
  readonly anyOf: readonly (Leaf | AllOf)[]
}

/** What a policy demands: one thing, two of one call, or any one of several. */
export type Requirement = Leaf | AllOf | AnyOf

/** Terms of a proof of work. */
export interface PowTerms {
  /** Leading zero hex digits of the whole work: 4 means 16^4 = 65,536 expected hashes. Fractions are allowed. */
  readonly difficulty: number
  /** Nonces that share the work, 1 to 16: more of them, less luck (default 1). */
  readonly count?: number
  /** Calls that one solution admits (default 1). More than one binds it to the caller. */
  readonly uses?: number
  /** How long a solution for several uses stays good after it was worked for (default '5m'). */
  readonly validFor?: Duration
  /** `auto` (default): bound to authenticated callers and when it has several uses; addresses change too often. */
  readonly bind?: 'auto' | 'caller' | 'none'
  /** Calls per caller that work may buy (default '60/1m'); false lifts it. */
  readonly quota?: Windows | false
  /** Harder for callers with many recent calls, up to `max` hex digits (default 6); false keeps it flat. */
  readonly adaptive?: { readonly max: number } | false
}

/**
 * Demands a proof of work: SHA-256, `difficulty` leading zero hex digits.
 * By itself it has a quota of 60 calls a minute per caller and gets harder under fire (R22): difficulty alone is a brake,
 * not a price.
 *
 * @example pow(4)
 * @example pow(5, { uses: 20, validFor: '5m' })
 * @example pow({ bits: 18 })
 * @throws TurnpikeError `option_unknown` for a difficulty among the options
 */
export function pow(
  difficulty: number | { readonly bits: number },
  options: Omit<PowTerms, 'difficulty'> = {},
): Leaf {
  refuseTwice('pow(difficulty, options)', 'difficulty', options)
  const digits = typeof difficulty === 'object' ? digitsOf(difficulty) : difficulty
  return { rail: 'pow', terms: { ...options, difficulty: digits } satisfies PowTerms }
}

/** Of a first argument that is among the options as well, one would be lost. */
function refuseTwice(call: string, term: string, options: object): void {
  if (!Object.hasOwn({ ...options }, term)) return
  const [maker] = call.split('(', 1)
  throw new TurnpikeError('option_unknown', `${maker}() has no option '${term}': write ${call}`)
}

/** What is no number of bits is refused with the terms, at boot. */
function digitsOf(difficulty: { readonly bits: number } | null): number {
  const bits = difficulty?.bits
  return typeof bits === 'number' ? bits / 4 : Number.NaN
}

/** A price in satoshis: a whole number from 1, or one that depends on the request (its path, its parsed body). */
export type Price = number | ((view: RequestView) => number)

/** Terms of a payment over Lightning. */
export interface SatsTerms {
  readonly amountSats: Price
  /** Calls that one payment admits (default 1). */
  readonly uses?: number
  /** How long what was bought stays good (default '24h'); at least an hour longer than the invoice. */
  readonly validFor?: Duration
}

/**
 * Demands a payment over Lightning, by L402: 402 with an invoice, then the preimage as the receipt. The gate needs a backend
 * in its option `lightning`.
 *
 * A price that is a function must answer at once, the same for the same request; anything but a whole number from 1 to the
 * gate's `payments.maxSats` closes this way to the call (R23).
 *
 * @example sats(10)
 * @example sats(500, { uses: 100, validFor: '24h' })
 * @example sats((view) => (view.path === '/render' ? 50 : 5))
 * @throws TurnpikeError `option_unknown` for an amount among the options
 */
export function sats(price: Price, options: Omit<SatsTerms, 'amountSats'> = {}): Leaf {
  refuseTwice('sats(price, options)', 'amountSats', options)
  return { rail: 'lightning', terms: { ...options, amountSats: price } satisfies SatsTerms }
}

/**
 * Demands an identity and, of the same call, work or payment.
 *
 * @example allOf(bearer({ issuer, audience }), pow(3))
 * @throws TurnpikeError `requirement_invalid` for anything but one bearer requirement and one other
 */
export function allOf(...requirements: readonly Leaf[]): AllOf {
  const bearer = requirements.find(isBearer)
  const other = requirements.find((leaf) => isRequirement(leaf) && !isBearer(leaf))
  if (requirements.length !== 2 || bearer === undefined || other === undefined || !('rail' in other)) {
    throw invalid(
      'allOf() takes two requirements: bearer(...) and one other, as in allOf(bearer(...), pow(4))',
    )
  }
  return { allOf: [bearer, other] }
}

/** @throws TurnpikeError `requirement_invalid` for fewer than two requirements, or two of one rail. */
export function anyOf(...requirements: readonly Requirement[]): AnyOf {
  if (!requirements.every(isRequirement)) throw invalid('anyOf() takes requirements as pow(4) makes them')
  const ways = requirements.flatMap(waysOf)
  const rails = ways.flatMap(leavesOf).map((leaf) => leaf.rail)
  if (ways.length < 2) throw invalid('anyOf() takes two or more requirements, each of a rail of its own')
  if (new Set(rails).size < rails.length)
    throw invalid('anyOf() takes one requirement per rail; the easier one would always win')
  return { anyOf: ways }
}

/** The ways of a requirement, in order. */
export function waysOf(requirement: Requirement): readonly (Leaf | AllOf)[] {
  return 'anyOf' in requirement ? requirement.anyOf : [requirement]
}

/** All that is demanded, in order. */
export function leavesOf(requirement: Requirement): readonly Leaf[] {
  return waysOf(requirement).flatMap((way) => ('allOf' in way ? way.allOf : [way]))
}

/** JavaScript may pass anything. */
export function isRequirement(value: unknown): value is Requirement {
  return typeof value === 'object' && value !== null && ['rail', 'anyOf', 'allOf'].some((key) => key in value)
}

function isBearer(leaf: Leaf): boolean {
  return isRequirement(leaf) && 'rail' in leaf && leaf.rail === 'bearer'
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('requirement_invalid', complaint)
}
