import { bodyHint } from './body-hint.ts'
import { TurnpikeError } from './errors.ts'
import { checkKnownOptions, isObject } from './option-check.ts'
import type { PolicyWindow } from './policy-window.ts'
import type { RequestView } from './request.ts'
import { isPromise } from './when-known.ts'
import { parseWindows, type Windows, type WindowSpec } from './window.ts'

/**
 * Who shares a meter's budget: each caller has its own, or all callers of one subject (account or network), of one class, or
 * of the whole gate have one together.
 */
export type MeterScope = 'caller' | 'subject' | 'class' | 'gate'

/** Units that a call will use: tokens, rows, milliseconds. Whole, 1 to 2^32 - 1. */
export type Estimate = number | ((view: RequestView) => number)

/** A budget in units that are known only after the call (R33). */
export interface MeterOptions {
  /** Most units: `'200000/1h'`, or several windows that must all fit. */
  readonly limit: Windows
  /** Reserved for each call when it is admitted; stands where the handler reports nothing. */
  readonly estimate: Estimate
  /** `sell`: an empty budget only ends what is free; who works or pays is counted, but goes on (default: nobody does). */
  readonly overflow?: 'sell'
  /** Default 'caller'. `class` and `gate` cost each admitted call a second round trip to the store. */
  readonly per?: MeterScope
}

/** Meters by name: a letter, then up to 31 of a-z, 0-9 and '_'. */
export type Meters = Readonly<Record<string, MeterOptions>>

/** A meter as checked, without names for its windows. */
export interface MeterSpec {
  readonly name: string
  readonly limits: readonly WindowSpec[]
  readonly estimate: Estimate
  readonly isSold: boolean
  readonly per: MeterScope
}

/** A meter of a policy. */
export interface PolicyMeter extends MeterSpec {
  readonly windows: readonly PolicyWindow[]
}

export function withWindows(spec: MeterSpec, windows: readonly PolicyWindow[]): PolicyMeter {
  return { ...spec, windows }
}

const OPTIONS = ['limit', 'estimate', 'overflow', 'per'] as const
const SCOPES: readonly unknown[] = ['caller', 'subject', 'class', 'gate'] satisfies MeterScope[]
const NAME = /^[a-z][a-z0-9_]{0,31}$/
/** What `admission.remaining` knows already. */
const RESERVED: readonly string[] = ['free', 'ceiling', 'quota', 'meter']
/** Of one estimate, and of one report: what every store can count, many times over. */
export const MOST_UNITS = 2 ** 32 - 1

/** @throws TurnpikeError `option_invalid`, `option_unknown` */
export function checkMeters(meters: Meters | undefined): readonly MeterSpec[] {
  if (meters === undefined) return []
  if (!isObject(meters)) throw invalid("take { tokens: { limit: '200000/1h', estimate: 2000 } }")
  return Object.entries(meters).map(([name, options]) => checkMeter(name, options))
}

function checkMeter(name: string, options: MeterOptions): MeterSpec {
  if (!NAME.test(name) || RESERVED.includes(name))
    throw invalid(
      `'${name}' is no name: take a letter and up to 31 of a-z, 0-9 and '_', but none of ${RESERVED.join(', ')}`,
    )
  if (!isObject(options)) throw invalid(`${name}: take { limit: '200000/1h', estimate: 2000 }`)
  checkKnownOptions(`meters.${name}`, options, OPTIONS)
  const { limit, estimate, overflow, per = 'caller' } = options
  const limits = parseWindows(limit, `meters.${name}.limit`)
  if (!SCOPES.includes(per))
    throw invalid(`${name}.per '${per}': take 'caller', 'subject', 'class' or 'gate'`)
  if (overflow !== undefined && overflow !== 'sell')
    throw invalid(`${name}.overflow '${String(overflow)}': take 'sell'`)
  if (overflow === 'sell' && (per === 'class' || per === 'gate'))
    throw invalid(
      `${name}: overflow 'sell' goes with per 'caller' or 'subject'; a budget of all is kept by all`,
    )
  const most = Math.min(...limits.map((one) => one.limit))
  if (typeof estimate !== 'function' && !(isUnits(estimate) && estimate <= most)) {
    throw invalid(
      `${name}.estimate ${String(estimate)}: say how many units a call will use, 1 to ${most} (the limit), or take a function of the request`,
    )
  }
  return { name, limits, estimate, isSold: overflow === 'sell', per }
}

/** Units that this call reserves, or why nobody knows. */
export type EstimateNow = { readonly units: number } | { readonly complaint: string }

/** What a function answers must be a number of units now: from one that is late, wrong or broken nothing can be reserved. */
export function estimateOf(estimate: Estimate, view: RequestView): EstimateNow {
  if (typeof estimate === 'number') return { units: estimate }
  try {
    const units: unknown = estimate(view)
    // Nobody else would take up the failure of a promise, and it would end the process.
    if (isPromise(units)) Promise.resolve(units).catch(() => undefined)
    if (isUnits(units)) return { units }
    const found = typeof units === 'number' ? String(units) : typeof units
    return { complaint: `it answered ${found}, not whole units from 1 to ${MOST_UNITS}${bodyHint(view)}` }
  } catch (error) {
    return { complaint: `it threw ${error instanceof Error ? error.name : typeof error}${bodyHint(view)}` }
  }
}

function isUnits(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_UNITS
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', `policy meters: ${complaint}`)
}
