import type { SlidingWindow } from '@turnpike/core'
import { CorruptRecord } from './record-codec.ts'
import type { RecordCodec, RecordReader, RecordWriter } from './record-codec.ts'

/** One of a holder's windows. */
export interface FiledWindow extends SlidingWindow {
  readonly id: string
  readonly windowMs: number
}

/** All windows of one holder: one record, so that a decision reads and writes each holder once. */
export type HolderRecord = FiledWindow[]

/** Windows in which nothing is taken are left out; all others are written, named by the decision at hand or not (R6). */
export const holderCodec: RecordCodec<HolderRecord> = {
  write(writer, windows) {
    writer.count(countTaken(windows))
    for (const window of windows) if (window.units > 0) writeWindow(writer, window)
  },
  read(reader) {
    const windows: HolderRecord = []
    for (let left = reader.countOfParts(); left > 0; left -= 1) windows.push(readWindow(reader))
    return windows
  },
}

/** @returns a window of which nothing is taken. Written out: objects made by spreading are slow to read. */
export function emptyFiledWindow(id: string, windowMs: number): FiledWindow {
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
  }
}

/** @returns when the last unit of the last window is back. */
export function endOfHolder(windows: HolderRecord): number {
  return windows.reduce(
    (endMs, { units, tailMs, windowMs }) => (units > 0 ? Math.max(endMs, tailMs + windowMs) : endMs),
    0,
  )
}

function countTaken(windows: HolderRecord): number {
  let taken = 0
  for (const { units } of windows) if (units > 0) taken += 1
  return taken
}

/** The head in full, then the distance of each later record from the one before it. */
function writeWindow(writer: RecordWriter, window: FiledWindow): void {
  const { middle = [], from, tailMs, tailUnits } = window
  writer.text(window.id)
  writer.count(window.windowMs)
  writer.time(window.headMs)
  writer.count(window.headUnits)
  writer.count((middle.length - from) / 2 + (tailUnits > 0 ? 1 : 0))
  let beforeMs = window.headMs
  for (let i = from; i < middle.length; i += 2) {
    const ms = middle[i] ?? beforeMs
    writer.count(ms - beforeMs)
    writer.count(middle[i + 1] ?? 0)
    beforeMs = ms
  }
  if (tailUnits === 0) return
  writer.count(tailMs - beforeMs)
  writer.count(tailUnits)
}

function readWindow(reader: RecordReader): FiledWindow {
  const window = emptyFiledWindow(reader.text(), reader.count())
  window.headMs = reader.time()
  window.headUnits = readUnits(reader)
  window.tailMs = window.headMs
  window.units = window.headUnits
  const later = reader.countOfParts()
  const middle: number[] = []
  for (let i = 1; i <= later; i += 1) {
    window.tailMs += reader.count()
    const units = readUnits(reader)
    window.units += units
    if (i === later) window.tailUnits = units
    else middle.push(window.tailMs, units)
  }
  if (middle.length > 0) window.middle = middle
  return window
}

function readUnits(reader: RecordReader): number {
  const units = reader.count()
  if (units === 0) throw new CorruptRecord('a record of nothing')
  return units
}
