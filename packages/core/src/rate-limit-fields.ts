import { formatLegacyRateLimit, formatRateLimit, formatRateLimitPolicy } from '@turnpike/protocol'
import type { PolicyWindow } from './policy-window.ts'
import type { WindowState } from './store.ts'

/** A window as an answer shows it. */
export interface ShownWindow {
  readonly window: PolicyWindow
  readonly state: WindowState
}

/** Pairs windows with the states that the store reported at the same indexes. */
export function showWindows(
  windows: readonly PolicyWindow[],
  states: readonly WindowState[],
): readonly ShownWindow[] {
  if (windows.length === 0) return NONE_SHOWN
  const shown: ShownWindow[] = []
  windows.forEach((window, index) => {
    const state = states[index]
    if (state !== undefined) shown.push({ window, state })
  })
  return shown
}

const NONE_SHOWN: readonly ShownWindow[] = []

/** RateLimit-Policy and RateLimit, and the older fields on request. Empty without windows. */
export function rateLimitFields(
  shown: readonly ShownWindow[],
  legacyAtMs: number | undefined,
): Record<string, string> {
  if (shown.length === 0) return {}
  const named = shown.length === 1 ? shown : distinctlyNamed(shown)
  const fields = {
    'ratelimit-policy': named.map(({ window }) => window.field).join(', '),
    ratelimit: formatRateLimit(
      named.map(({ window, state }) => ({
        name: window.label,
        remaining: state.remaining,
        resetMs: resetMs(state),
      })),
    ),
  }
  return legacyAtMs === undefined ? fields : { ...fields, ...legacyFields(shown, legacyAtMs) }
}

/** Unnamed policies on one request may have windows of one label; clients match the two fields by name. */
function distinctlyNamed(shown: readonly ShownWindow[]): readonly ShownWindow[] {
  const seen = new Map<string, number>()
  return shown.map((one) => {
    const { window } = one
    const count = (seen.get(window.label) ?? 0) + 1
    seen.set(window.label, count)
    if (count === 1) return one
    const label = `${window.label}-${count}`
    return {
      ...one,
      window: { ...window, label, field: formatRateLimitPolicy([{ ...window, name: label }]) },
    }
  })
}

/** Draft 11 speaks of the time within which what is left may be used; with nothing left, until there is more again. */
function resetMs({ remaining, nextMs, fullMs }: WindowState): number {
  return remaining === 0 ? nextMs : fullMs
}

/** The older fields know one window: the one with the least left. */
function legacyFields(shown: readonly ShownWindow[], nowMs: number): Readonly<Record<string, string>> {
  const tightest = shown.reduce((least, next) =>
    next.state.remaining < least.state.remaining ? next : least,
  )
  const { window, state } = tightest
  return {
    ...formatLegacyRateLimit(
      { limit: window.limit, remaining: state.remaining, resetMs: resetMs(state) },
      nowMs,
    ),
  }
}
