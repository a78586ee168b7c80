import { ExpiringMap } from './memory-expiry.ts'
import { expire, fullMs, nextMs } from './sliding-window.ts'
import type { SlidingWindow } from './sliding-window.ts'
import type { WindowReport } from './store.ts'

/** A window in its holder's chain: a holder with one window is one object. */
export interface HeldWindow extends SlidingWindow {
  readonly id: string
  readonly windowMs: number
  next: HeldWindow | undefined
}

/** Names a window: the same id with another length is another window (R6). */
export interface WindowName {
  readonly holder: string
  readonly id: string
  readonly windowMs: number
}

/** All windows in memory, by holder. */
export class MemoryWindows {
  readonly #holders: ExpiringMap<HeldWindow>

  constructor(maxHolders: number) {
    this.#holders = new ExpiringMap(maxHolders, isWhollyExpired)
  }

  find(name: WindowName): HeldWindow | undefined {
    let window = this.#holders.get(name.holder)
    while (window !== undefined && (window.id !== name.id || window.windowMs !== name.windowMs))
      window = window.next
    return window
  }

  /** @returns the window, made if need be; undefined when its holder is a newcomer and there is no room. */
  seat(name: WindowName): HeldWindow | undefined {
    return this.find(name) ?? this.#add(name, this.#holders.isFull)
  }

  /** @returns the window, made if need be even where there is no room: for charges of calls already served. */
  force(name: WindowName): HeldWindow {
    return this.find(name) ?? this.#add(name, false)
  }

  inspect(holder: string, nowMs: number): WindowReport[] {
    const reports: WindowReport[] = []
    for (let window = this.#holders.get(holder); window; window = window.next) {
      const { id, windowMs } = window
      expire(window, windowMs, nowMs)
      if (window.units === 0) continue
      const [next, full] = [nextMs(window, windowMs, nowMs), fullMs(window, windowMs, nowMs)]
      reports.push({ id, windowMs, used: window.units, nextMs: next, fullMs: full })
    }
    return reports
  }

  reset(holder: string): void {
    this.#holders.delete(holder)
  }

  tidy(nowMs: number): void {
    this.#holders.tidy(nowMs)
  }

  makeRoom(nowMs: number): boolean {
    return this.#holders.makeRoom(nowMs)
  }

  #add(name: WindowName, isFull: false): HeldWindow
  #add(name: WindowName, isFull: boolean): HeldWindow | undefined
  #add(name: WindowName, isFull: boolean): HeldWindow | undefined {
    const first = this.#holders.get(name.holder)
    if (first === undefined && isFull) return undefined
    const window = emptyHeldWindow(name)
    if (first === undefined) {
      this.#holders.add(name.holder, window)
    } else {
      window.next = first.next
      first.next = window
    }
    return window
  }
}

/** Written out: objects made by spreading `emptyWindow()` are ten times slower to read. */
function emptyHeldWindow({ id, windowMs }: WindowName): HeldWindow {
  return {
    units: 0,
    headMs: 0,
    headUnits: 0,
    tailMs: 0,
    tailUnits: 0,
    middle: undefined,
    from: 0,
    id,
    windowMs,
    next: undefined,
  }
}

function isWhollyExpired(first: HeldWindow, nowMs: number): boolean {
  for (let window: HeldWindow | undefined = first; window; window = window.next) {
    if (window.units > 0 && nowMs - window.tailMs < window.windowMs) return false
  }
  return true
}
