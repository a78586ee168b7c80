import { TurnpikeError } from './errors.ts'

/** A length of time: `'250ms'`, `'10s'`, `'5m'`, `'1h'`, `'7d'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** A sliding window: `'60/1m'` is 60 units in any interval of one minute. */
export type WindowText = `${number}/${Duration}`

/** A sliding window as numbers. */
export interface WindowSpec {
  /** Most units in any interval of `windowMs`; a whole number, 1 to 2^32 - 1. */
  readonly limit: number
  /** Length in milliseconds; 1 to 2^31 - 1 (24.8 days). */
  readonly windowMs: number
}

/** One window, or several that must all fit. */
export type Windows = WindowText | WindowSpec | readonly (WindowText | WindowSpec)[]

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const MAX_WINDOW_MS = 2 ** 31 - 1
const MAX_LIMIT = 2 ** 32 - 1

/** @returns milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? []
  if (amount === undefined || !isUnit(unit)) return undefined
  return Math.round(Number(amount) * MS[unit])
}

/**
 * @param option - where the windows stand, for the error message: 'free'.
 * @throws TurnpikeError `option_invalid`
 */
export function parseWindows(windows: Windows, option: string): readonly WindowSpec[] {
  const list = Array.isArray(windows) ? windows : [windows]
  const specs = list.map((window: WindowText | WindowSpec) => parseWindow(window, option))
  if (specs.length === 0) throw invalid(option, 'an empty list is no window')
  if (new Set(specs.map((spec) => spec.windowMs)).size < specs.length)
    throw invalid(option, 'two windows of one length: keep one')
  return specs
}

function parseWindow(window: WindowText | WindowSpec, option: string): WindowSpec {
  const { limit, windowMs } = typeof window === 'string' ? parseWindowText(window) : (window ?? {})
  if (!isWhole(limit, MAX_LIMIT) || !isWhole(windowMs, MAX_WINDOW_MS))
    throw invalid(option, `${JSON.stringify(window)} is no window`)
  return { limit, windowMs }
}

function parseWindowText(text: string): WindowSpec {
  const [amount = '', length = ''] = text.split('/', 2)
  return { limit: /^\d+$/.test(amount) ? Number(amount) : 0, windowMs: parseDuration(length) ?? 0 }
}

function invalid(option: string, complaint: string): TurnpikeError {
  return new TurnpikeError(
    'option_invalid',
    `${option}: ${complaint}. Write '60/1m' (60 in any minute, at most 24.8 days), a list of such, or { limit, windowMs }`,
  )
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
}

function isUnit(unit: string | undefined): unit is keyof typeof MS {
  return unit !== undefined && unit in MS
}
