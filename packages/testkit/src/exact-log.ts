/** One event of a window, as it was admitted. */
interface LoggedEvent {
  readonly atMs: number
  units: number
}

/** The truth about one window: every event that was admitted, nothing merged, nothing forgotten. */
export interface ExactLog {
  /** Notes an admission. */
  add(atMs: number, units: number): void
  /** Takes units of the event at `atMs` out again. */
  giveBack(atMs: number, units: number): void
  /** @returns units within the `windowMs` that end with `atMs`, that moment included. */
  unitsWithin(atMs: number, windowMs: number): number
  /** @returns the most units in any interval of `windowMs`. */
  mostWithin(windowMs: number): number
}

/** @returns an empty log; the oracle that stores' windows are held against (R7). */
export function createExactLog(): ExactLog {
  const events: LoggedEvent[] = []
  const unitsWithin = (atMs: number, windowMs: number) =>
    events.reduce(
      (sum, event) => (event.atMs <= atMs && atMs - event.atMs < windowMs ? sum + event.units : sum),
      0,
    )
  return {
    add(atMs, units) {
      events.push({ atMs, units })
    },
    giveBack(atMs, units) {
      let left = units
      for (const event of events.filter((candidate) => candidate.atMs === atMs)) {
        const back = Math.min(left, event.units)
        event.units -= back
        left -= back
      }
    },
    unitsWithin,
    mostWithin: (windowMs) =>
      events.reduce((most, event) => Math.max(most, unitsWithin(event.atMs, windowMs)), 0),
  }
}
