import { ExpiringMap } from './memory-expiry.ts'
import type { SlidingWindow } from './sliding-window.ts'
import type { WindowReport } from './store.ts'
import { reportWindow } from './window-book.ts'
import type { WindowBook, WindowName } from './window-book.ts'

/** A window in its holder's chain: a holder with one window is one object. */
export interface HeldWindow extends SlidingWindow {
  readonly id: string
  readonly windowMs: number
  next: HeldWindow | undefined
}

/** All windows in memory, by holder. */
export class MemoryWindows implements WindowBook {
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

  seat(name: WindowName): HeldWindow | undefined {
    return this.find(name) ?? this.#add(name, this.#holders.isFull)
  }

  force(name: WindowName): HeldWindow {
    return this.find(name) ?? this.#add(name, false)
  }

  inspect(holder: string, nowMs: number): WindowReport[] {
    const reports: WindowReport[] = []
    for (let window = this.#holders.get(holder); window; window = window.next) {
      const report = reportWindow(window, window, nowMs)
      if (report) reports.push(report)
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
