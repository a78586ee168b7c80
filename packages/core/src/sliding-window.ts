/**
 * The compacted sliding log: one arithmetic for every store (RULES R7). Pure: the time is an argument.
 *
 * A window is a short list of records (time of the last event in it, units). Events in the same slot share a record; a
 * record leaves when its *last* event is `windowMs` old. So at any moment the sum of the records is at least what was
 * admitted within the last `windowMs`, and a take that keeps the sum within the limit keeps every interval of that
 * length within it. Units come back at most one slot late, never early; and the time of their return is known exactly.
 *
 * The state holds no limit: it may differ from take to take.
 */

/** Units of slots a window is divided into. */
const SLOTS = 32
/** A window's span touches at most SLOTS + 1 slots, and one more where ms mod 2^32 wraps inside it. */
const MAX_RECORDS = SLOTS + 2

/**
 * State of one window. The oldest record is inline, so that a caller with one record costs no array. There are no
 * records when `units` is 0. Change it only through the functions of this file.
 */
export interface SlidingWindow {
  /** Sum over all records. */
  units: number
  headMs: number
  headUnits: number
  /** Newer records, flat and in order: time, units, time, units... Undefined when the head is the only one. */
  rest: number[] | undefined
  /** Index into `rest` of the first record that has not moved to the head. */
  from: number
}

/** What is asked of a window. Units: see `WindowTake`. */
export interface WindowDemand {
  readonly limit: number
  readonly windowMs: number
  readonly cost: number
  readonly force?: boolean
}

/** @returns a window of which nothing is taken. */
export function emptyWindow(): SlidingWindow {
  return { units: 0, headMs: 0, headUnits: 0, rest: undefined, from: 0 }
}

/** Events in one slot share a record. Limits up to SLOTS need no compaction: their records are as many as their units. */
export function slotMs(windowMs: number, limit: number): number {
  return limit <= SLOTS ? 1 : coarseSlotMs(windowMs)
}

/** @returns time in ms of the newest event; a decision about this window is never dated earlier (clock stepping back). */
export function tailMs(window: SlidingWindow): number {
  return window.rest === undefined ? window.headMs : numberAt(window.rest, window.rest.length - 2)
}

/** @returns `nowMs`, or the time of the newest event where the clock has stepped back behind it. */
export function clampedMs(window: SlidingWindow, nowMs: number): number {
  return window.units > 0 ? Math.max(nowMs, tailMs(window)) : nowMs
}

/** Drops the records that are `windowMs` old at `nowMs`. All other functions expect this to have been done. */
export function expire(window: SlidingWindow, windowMs: number, nowMs: number): void {
  while (window.units > 0 && nowMs - window.headMs >= windowMs) {
    window.units -= window.headUnits
    dropHead(window)
  }
}

/** @returns whether the demand fits beside `reserved` units that the same decision already wants from this window. */
export function fits(window: SlidingWindow, demand: WindowDemand, reserved = 0): boolean {
  return demand.force === true || window.units + reserved + demand.cost <= demand.limit
}

/** Takes units at `nowMs` (clamped), whether they fit or not: ask `fits` before. */
export function charge(window: SlidingWindow, demand: WindowDemand, nowMs: number): void {
  const { cost } = demand
  if (cost <= 0) return
  if (window.units === 0) {
    window.headMs = nowMs
    window.headUnits = cost
  } else if (isSameSlot(tailMs(window), nowMs, slotMs(demand.windowMs, demand.limit))) {
    growTail(window, cost, nowMs)
  } else {
    append(window, demand, nowMs)
  }
  window.units += cost
}

/**
 * Gives units back into the record that was charged at `chargedMs`, at most what is left in it. Never into another one:
 * a newer record would then admit too much, so units of a record that has left, or was given back, are not given again.
 *
 * @returns the units that came back.
 */
export function refund(
  window: SlidingWindow,
  charged: { readonly atMs: number; readonly units: number; readonly windowMs: number },
  nowMs: number,
): number {
  if (charged.atMs <= nowMs - charged.windowMs) return 0
  const records = listRecords(window)
  // Records hold adjacent events, so the first one that ends at or after the charge is the only one that can hold it;
  // and none reaches across a coarse slot, whatever the limit was at the time.
  const record = records.find((candidate) => candidate.ms >= charged.atMs)
  if (!record || !isSameSlot(record.ms, charged.atMs, coarseSlotMs(charged.windowMs))) return 0
  const units = Math.min(charged.units, record.units)
  record.units -= units
  setRecords(
    window,
    records.filter((candidate) => candidate.units > 0),
  )
  return units
}

/** @returns exact milliseconds until the demand would fit if nobody else took: 0 now, -1 never. */
export function retryMs(window: SlidingWindow, demand: WindowDemand, nowMs: number, reserved = 0): number {
  if (fits(window, demand, reserved)) return 0
  const wanted = demand.cost + reserved
  if (wanted > demand.limit) return -1
  let missing = window.units + wanted - demand.limit - window.headUnits
  let leavesMs = window.headMs
  for (let i = window.from; missing > 0; i += 2) {
    leavesMs = numberAt(window.rest, i)
    missing -= numberAt(window.rest, i + 1)
  }
  return leavesMs + demand.windowMs - nowMs
}

/** @returns milliseconds until the next unit comes back; 0 when none is taken. */
export function nextMs(window: SlidingWindow, windowMs: number, nowMs: number): number {
  return window.units > 0 ? window.headMs + windowMs - nowMs : 0
}

/** @returns milliseconds until all units are back; 0 when none is taken. */
export function fullMs(window: SlidingWindow, windowMs: number, nowMs: number): number {
  return window.units > 0 ? tailMs(window) + windowMs - nowMs : 0
}

/** @returns how many records the window holds: at most 34. */
export function countRecords(window: SlidingWindow): number {
  if (window.units === 0) return 0
  return window.rest === undefined ? 1 : 1 + (window.rest.length - window.from) / 2
}

function coarseSlotMs(windowMs: number): number {
  return Math.ceil(windowMs / SLOTS)
}

/** Slots are counted from ms mod 2^32, because that is what stores with packed records keep. */
function isSameSlot(aMs: number, bMs: number, slot: number): boolean {
  if (aMs === bMs || slot === 1) return aMs === bMs
  return bMs - aMs < slot && aMs - bMs < slot && slotOf(aMs, slot) === slotOf(bMs, slot)
}

function slotOf(ms: number, slot: number): number {
  return Math.floor((ms >>> 0) / slot)
}

function growTail(window: SlidingWindow, cost: number, nowMs: number): void {
  const { rest } = window
  if (rest === undefined) {
    window.headMs = nowMs
    window.headUnits += cost
  } else {
    rest[rest.length - 1] = numberAt(rest, rest.length - 1) + cost
    rest[rest.length - 2] = nowMs
  }
}

function append(window: SlidingWindow, demand: WindowDemand, nowMs: number): void {
  // Too many records only where the limit changed meanwhile, or was forced.
  if (countRecords(window) >= MAX_RECORDS) {
    const slot = coarseSlotMs(demand.windowMs)
    compact(window, slot)
    if (isSameSlot(tailMs(window), nowMs, slot)) return growTail(window, demand.cost, nowMs)
  }
  if (window.rest === undefined) window.rest = [nowMs, demand.cost]
  else window.rest.push(nowMs, demand.cost)
}

function dropHead(window: SlidingWindow): void {
  const { rest, from } = window
  if (rest === undefined) return
  window.headMs = numberAt(rest, from)
  window.headUnits = numberAt(rest, from + 1)
  window.from = from + 2
  if (window.from === rest.length) {
    window.rest = undefined
    window.from = 0
  } else if (window.from >= 2 * SLOTS) {
    window.rest = rest.slice(window.from)
    window.from = 0
  }
}

interface LogRecord {
  ms: number
  units: number
}

function listRecords(window: SlidingWindow): LogRecord[] {
  if (window.units === 0) return []
  const records = [{ ms: window.headMs, units: window.headUnits }]
  const { rest = [] } = window
  for (let i = window.from; i < rest.length; i += 2) {
    records.push({ ms: numberAt(rest, i), units: numberAt(rest, i + 1) })
  }
  return records
}

function setRecords(window: SlidingWindow, records: readonly LogRecord[]): void {
  const [head, ...rest] = records
  window.units = records.reduce((sum, record) => sum + record.units, 0)
  window.headMs = head?.ms ?? 0
  window.headUnits = head?.units ?? 0
  window.rest = rest.length > 0 ? rest.flatMap((record) => [record.ms, record.units]) : undefined
  window.from = 0
}

/** Merges the records that share a slot. The later time stands for both: units stay longer, never shorter. */
function compact(window: SlidingWindow, slot: number): void {
  const merged: LogRecord[] = []
  for (const record of listRecords(window)) {
    const last = merged.at(-1)
    if (last && isSameSlot(last.ms, record.ms, slot)) {
      last.ms = record.ms
      last.units += record.units
    } else merged.push(record)
  }
  setRecords(window, merged)
}

/** An index that this file has made sure of. */
function numberAt(list: readonly number[] | undefined, index: number): number {
  return list?.[index] ?? 0
}
