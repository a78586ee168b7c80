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
 * State of one window. The oldest and the newest record are inline: most windows cost no array, and most takes touch
 * none. Change it only through the functions of this file.
 */
export interface SlidingWindow {
  /** Sum over all records; 0 when there are none. */
  units: number
  /** The oldest record. */
  headMs: number
  headUnits: number
  /** Time of the newest event. */
  tailMs: number
  /** The newest record; 0 when the head is the only one. */
  tailUnits: number
  /** Records between, flat and in order: time, units, time, units... Undefined when there are none. */
  middle: number[] | undefined
  /** Index into `middle` of the first record that has not moved to the head. */
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
  return { units: 0, headMs: 0, headUnits: 0, tailMs: 0, tailUnits: 0, middle: undefined, from: 0 }
}

/** Events in one slot share a record. Limits up to SLOTS need no compaction: their records are as many as their units. */
export function slotMs(windowMs: number, limit: number): number {
  return limit <= SLOTS ? 1 : coarseSlotMs(windowMs)
}

/** @returns `nowMs`, or the time of the newest event where the clock has stepped back: decisions are never dated before it. */
export function clampedMs(window: SlidingWindow, nowMs: number): number {
  return window.units > 0 ? Math.max(nowMs, window.tailMs) : nowMs
}

/** Drops the records that are `windowMs` old at `nowMs`. All other functions expect this to have been done. */
export function expire(window: SlidingWindow, windowMs: number, nowMs: number): void {
  while (window.units > 0 && nowMs - window.headMs >= windowMs) {
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
  const slot = slotMs(demand.windowMs, demand.limit)
  if (window.units > 0 && !isSameSlot(window.tailMs, nowMs, slot)) append(window, demand, nowMs)
  else grow(window, cost, nowMs)
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
  return timeOfUnit(window, window.units + wanted - demand.limit) + demand.windowMs - nowMs
}

/** @returns milliseconds until the next unit comes back; 0 when none is taken. */
export function nextMs(window: SlidingWindow, windowMs: number, nowMs: number): number {
  return window.units > 0 ? window.headMs + windowMs - nowMs : 0
}

/** @returns milliseconds until all units are back; 0 when none is taken. */
export function fullMs(window: SlidingWindow, windowMs: number, nowMs: number): number {
  return window.units > 0 ? window.tailMs + windowMs - nowMs : 0
}

/** @returns how many records the window holds: at most 34. */
export function countRecords(window: SlidingWindow): number {
  if (window.units === 0) return 0
  const between = window.middle === undefined ? 0 : (window.middle.length - window.from) / 2
  return 1 + between + (window.tailUnits > 0 ? 1 : 0)
}

function coarseSlotMs(windowMs: number): number {
  return Math.ceil(windowMs / SLOTS)
}

/**
 * Slots are counted from ms mod 2^32, because that is what stores with packed records keep. So the remainder is how far
 * the later moment is into its slot, and never reaches back across the 2^32.
 */
function isSameSlot(aMs: number, bMs: number, slot: number): boolean {
  return aMs < bMs ? bMs - aMs <= (bMs >>> 0) % slot : aMs - bMs <= (aMs >>> 0) % slot
}

/** Adds to the newest record, or makes the first. */
function grow(window: SlidingWindow, cost: number, nowMs: number): void {
  if (window.tailUnits > 0) window.tailUnits += cost
  else {
    window.headMs = nowMs
    window.headUnits += cost
  }
  window.tailMs = nowMs
  window.units += cost
}

function append(window: SlidingWindow, demand: WindowDemand, nowMs: number): void {
  // Too many records only where the limit changed meanwhile, or was forced.
  if (countRecords(window) >= MAX_RECORDS) {
    const slot = coarseSlotMs(demand.windowMs)
    compact(window, slot)
    if (isSameSlot(window.tailMs, nowMs, slot)) return grow(window, demand.cost, nowMs)
  }
  pushRecord(window, nowMs, demand.cost)
}

function pushRecord(window: SlidingWindow, ms: number, units: number): void {
  if (window.units === 0) return grow(window, units, ms)
  if (window.tailUnits > 0) {
    if (window.middle === undefined) window.middle = [window.tailMs, window.tailUnits]
    else window.middle.push(window.tailMs, window.tailUnits)
  }
  window.tailMs = ms
  window.tailUnits = units
  window.units += units
}

function dropHead(window: SlidingWindow): void {
  const { middle, from } = window
  window.units -= window.headUnits
  if (middle === undefined) {
    window.headMs = window.tailMs
    window.headUnits = window.tailUnits
    window.tailUnits = 0
    return
  }
  window.headMs = numberAt(middle, from)
  window.headUnits = numberAt(middle, from + 1)
  window.from = from + 2
  if (window.from === middle.length) setMiddle(window, undefined)
  else if (window.from >= 2 * SLOTS) setMiddle(window, middle.slice(window.from))
}

function setMiddle(window: SlidingWindow, middle: number[] | undefined): void {
  window.middle = middle
  window.from = 0
}

/** @returns when the record with the `n`-th oldest unit was last added to. */
function timeOfUnit(window: SlidingWindow, n: number): number {
  let left = n - window.headUnits
  if (left <= 0) return window.headMs
  const { middle = [] } = window
  for (let i = window.from; i < middle.length; i += 2) {
    left -= numberAt(middle, i + 1)
    if (left <= 0) return numberAt(middle, i)
  }
  return window.tailMs
}

interface LogRecord {
  ms: number
  units: number
}

function listRecords(window: SlidingWindow): LogRecord[] {
  if (window.units === 0) return []
  const records = [{ ms: window.headMs, units: window.headUnits }]
  const { middle = [] } = window
  for (let i = window.from; i < middle.length; i += 2) {
    records.push({ ms: numberAt(middle, i), units: numberAt(middle, i + 1) })
  }
  if (window.tailUnits > 0) records.push({ ms: window.tailMs, units: window.tailUnits })
  return records
}

function setRecords(window: SlidingWindow, records: readonly LogRecord[]): void {
  window.units = 0
  window.headUnits = 0
  window.tailUnits = 0
  setMiddle(window, undefined)
  for (const { ms, units } of records) pushRecord(window, ms, units)
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
function numberAt(list: readonly number[], index: number): number {
  return list[index] ?? 0
}
