import { TurnpikeError } from './errors.ts'
import type { InFlight } from './in-flight.ts'
import type { Meters } from './meter.ts'
import { checkKnownOptions, isObject } from './option-check.ts'
import type { Requirement } from './requirement.ts'
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

/** What a class may have of its own. */
export const CLASS_PARTS = ['free', 'ceiling', 'subjectCeiling', 'meters', 'inFlight', 'require'] as const

/** @throws TurnpikeError `option_unknown`, `option_invalid` */
export function checkClasses(owner: string, classes: CallerClasses | undefined): void {
  if (classes === undefined) return
  if (!isObject(classes)) throw invalid(`${owner} classes: take { agent: { free: '600/1h' } }`)
  for (const [name, options] of Object.entries(classes)) {
    if (!isObject(options))
      throw invalid(
        `${owner} classes.${name}: take { free, ceiling, subjectCeiling, meters, inFlight, require }`,
      )
    checkKnownOptions(`${owner} classes.${name}`, options, CLASS_PARTS)
  }
}

function invalid(complaint: string): TurnpikeError {
  return new TurnpikeError('option_invalid', complaint)
}
