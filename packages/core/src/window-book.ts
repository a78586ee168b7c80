import { charge, clampedMs, expire, fullMs, nextMs, refund } from './sliding-window.ts'
import type { SlidingWindow } from './sliding-window.ts'
import type { WindowAdjustment, WindowReport } from './store.ts'

/** Names a window: the same id with another length is another window (R6). */
export interface WindowName {
  readonly holder: string
  readonly id: string
  readonly windowMs: number
}

/** Where a store has its windows. What it hands over is changed in place. */
export interface WindowBook {
  find(name: WindowName): SlidingWindow | undefined
  /** @returns the window, made if need be; undefined when its holder is a newcomer and there is no room. */
  seat(name: WindowName): SlidingWindow | undefined
  /** @returns the window, made if need be even where there is no room: for charges of calls already served. */
  force(name: WindowName): SlidingWindow
}

/** Refunds into the record that was charged, or charges what turned out to be due (R7, R33). */
export function adjustWindow(book: WindowBook, adjustment: WindowAdjustment, atMs: number): void {
  const { units, windowMs, limit, atMs: chargedMs } = adjustment
  const window = units > 0 ? book.force(adjustment) : book.find(adjustment)
  if (!window) return
  const nowMs = clampedMs(window, atMs)
  expire(window, windowMs, nowMs)
  if (units > 0) charge(window, { limit, windowMs, cost: units }, nowMs)
  else refund(window, { atMs: chargedMs, units: -units, windowMs }, nowMs)
}

/** @returns what operators see of a window; undefined when nothing is taken of it. */
export function reportWindow(
  window: SlidingWindow,
  { id, windowMs }: Pick<WindowName, 'id' | 'windowMs'>,
  nowMs: number,
): WindowReport | undefined {
  expire(window, windowMs, nowMs)
  if (window.units === 0) return undefined
  const [next, full] = [nextMs(window, windowMs, nowMs), fullMs(window, windowMs, nowMs)]
  return { id, windowMs, used: window.units, nextMs: next, fullMs: full }
}
