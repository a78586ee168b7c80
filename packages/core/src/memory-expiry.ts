/** Entries looked at for each one added: two keep a map below twice what is alive in it. */
const LOOKS_PER_ENTRY = 2
/** Entries looked at when a newcomer finds the map full. Bounded, so that a flood cannot buy long scans. */
const LOOKS_WHEN_FULL = 256

/**
 * A bounded map that forgets its dead entries bit by bit: no timers, no scan of everything. It forgets only when told
 * to, between decisions; so what a decision has found stays in the map until the decision is done.
 */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, Value>()
  readonly #isDead: (value: Value, nowMs: number) => boolean
  readonly #max: number
  #round: IterableIterator<[string, Value]> = this.#entries.entries()
  #added = 0

  /** @param max - entries; `add` does not hold it, callers ask `isFull` before. */
  constructor(max: number, isDead: (value: Value, nowMs: number) => boolean) {
    this.#max = max
    this.#isDead = isDead
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)
  }

  get size(): number {
    return this.#entries.size
  }

  get isFull(): boolean {
    return this.#entries.size >= this.#max
  }

  add(key: string, value: Value): void {
    this.#entries.set(key, value)
    this.#added += 1
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  /** Pays for the entries added since the last time. */
  tidy(nowMs: number): void {
    if (this.#added === 0) return
    this.#sweep(this.#added * LOOKS_PER_ENTRY, nowMs)
    this.#added = 0
  }

  /** @returns whether something was forgotten. A full map is searched a part at a time, going round. */
  makeRoom(nowMs: number): boolean {
    const before = this.#entries.size
    this.#sweep(Math.min(before, LOOKS_WHEN_FULL), nowMs)
    return this.#entries.size < before
  }

  #sweep(looks: number, nowMs: number): void {
    for (let i = 0; i < looks; i += 1) {
      const entry = this.#nextEntry()
      if (entry === undefined) return
      if (this.#isDead(entry[1], nowMs)) this.#entries.delete(entry[0])
    }
  }

  /** Goes round and round; an iterator of a map stands any change of it. */
  #nextEntry(): [string, Value] | undefined {
    const step = this.#round.next()
    if (step.done !== true) return step.value
    this.#round = this.#entries.entries()
    const first = this.#round.next()
    return first.done === true ? undefined : first.value
  }
}
