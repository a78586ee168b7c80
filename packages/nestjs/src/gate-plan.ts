import { TurnpikeError, type PolicyOptions } from '@turnpike/core'
import {
  levelsOf,
  type Handler,
  type Host,
  type Level,
  type PolicyCallback,
  type PolicyParts,
} from './gate-mark.ts'

/** What a handler demands, before a gate has checked it. */
export type GatePlan =
  /** Nobody says anything about it. */
  | { readonly kind: 'unsaid' }
  /** Exempted by `@SkipGate()`. */
  | { readonly kind: 'open' }
  | { readonly kind: 'fixed'; readonly options: PolicyOptions }
  /** Decided anew for each request, but for what nearer levels say. */
  | { readonly kind: 'dynamic'; readonly callback: PolicyCallback; readonly options: PolicyOptions }

/**
 * Joins the levels of a handler: of each part (requirement, free allowance, ceiling, name ...) the nearest one counts.
 *
 * @param preset - what the module says of all handlers, farthest of all
 * @throws TurnpikeError `two_requirements`, `option_invalid` for decorators that contradict each other on one target
 */
export function planOf(host: Host, handler: Handler, preset?: PolicyOptions): GatePlan {
  const levels = levelsOf(host, handler)
  for (const level of levels) checkLevel(level, `${host.name}.${handler.name}`)
  if (levels.length === 0)
    return preset === undefined ? { kind: 'unsaid' } : { kind: 'fixed', options: preset }
  if (isSkipped(levels)) return { kind: 'open' }
  const dynamic = levels.findIndex((level) => level.some(({ callback }) => callback !== undefined))
  const callback = levels[dynamic]?.find((mark) => mark.callback !== undefined)?.callback
  if (callback !== undefined) return { kind: 'dynamic', callback, options: join(levels.slice(0, dynamic)) }
  const options = join(levels, preset)
  if (Object.keys(options).length === 0) {
    throw new TurnpikeError(
      'option_invalid',
      `${host.name}.${handler.name}: its decorators leave nothing to demand. Say what it demands, or @SkipGate() if nothing`,
    )
  }
  return { kind: 'fixed', options }
}

function isSkipped(levels: readonly Level[]): boolean {
  const [nearest] = levels
  return nearest?.some(({ skipGate }) => skipGate === true) ?? false
}

function join(levels: readonly Level[], preset: PolicyParts = {}): PolicyOptions {
  const nearestLast = levels.toReversed().flatMap((level) => level.map(({ parts = {} }) => parts))
  const joined = { ...preset }
  for (const parts of nearestLast) Object.assign(joined, parts)
  const { free, ceiling, ...rest } = joined
  return {
    ...rest,
    ...(free === undefined || free === false ? {} : { free }),
    ...(ceiling === undefined || ceiling === false ? {} : { ceiling }),
  }
}

function checkLevel(level: Level, where: string): void {
  const said = new Map<string, string>()
  for (const { decorator, parts = {} } of level) {
    for (const part of Object.keys(parts)) {
      const before = said.get(part)
      if (before !== undefined) throw twice(part, before, decorator, where)
      said.set(part, decorator)
    }
  }
  const alone = level.find(({ callback, skipGate }) => callback !== undefined || skipGate === true)
  if (alone !== undefined && level.length > 1) {
    throw new TurnpikeError(
      'option_invalid',
      `${where}: ${level.map(({ decorator }) => decorator).join(' and ')} on one target. ${alone.decorator} says all ` +
        'there is to say; keep it alone, or take it away',
    )
  }
}

function twice(part: string, one: string, other: string, where: string): TurnpikeError {
  const both = `${where}: ${one} and ${other} on one target`
  return part === 'require'
    ? new TurnpikeError(
        'two_requirements',
        `${both}: nobody can tell whether both or either is meant. Either: @RequireAnyOf(pow(4), sats(10))`,
      )
    : new TurnpikeError('option_invalid', `${both}, and both say '${part}'; keep one of them`)
}
