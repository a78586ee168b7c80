import { reportWindow } from '@turnpike/core'
import type { WindowBook, WindowName, WindowReport } from '@turnpike/core'
import { emptyFiledWindow } from './holder-record.ts'
import type { FiledWindow, HolderRecord } from './holder-record.ts'
import type { Shelf } from './shelf.ts'

/** All windows in the file, by holder. */
export class FiledWindows implements WindowBook {
  readonly #holders: Shelf<HolderRecord>

  constructor(holders: Shelf<HolderRecord>) {
    this.#holders = holders
  }

  find({ holder, id, windowMs }: WindowName): FiledWindow | undefined {
    return this.#holders.get(holder)?.find((window) => window.id === id && window.windowMs === windowMs)
  }

  seat(name: WindowName): FiledWindow | undefined {
    const found = this.find(name)
    if (found) return found
    const isNewcomer = this.#holders.get(name.holder) === undefined
    return isNewcomer && this.#holders.isFull ? undefined : this.#add(name)
  }

  force(name: WindowName): FiledWindow {
    return this.find(name) ?? this.#add(name)
  }

  inspect(holder: string, nowMs: number): WindowReport[] {
    const windows = this.#holders.get(holder) ?? []
    return windows.flatMap((window) => reportWindow(window, window, nowMs) ?? [])
  }

  #add({ holder, id, windowMs }: WindowName): FiledWindow {
    const window = emptyFiledWindow(id, windowMs)
    const known = this.#holders.get(holder)
    if (known) known.push(window)
    else this.#holders.add(holder, [window])
    return window
  }
}
