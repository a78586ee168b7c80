const SECONDS = 60

/** Counts what happened within the last minute, in whole seconds: sixty numbers, no timer. */
export class LastMinute {
  readonly #counts = new Uint32Array(SECONDS)
  #newest = 0

  /** @param nowMs - milliseconds since 1970 */
  add(nowMs: number): void {
    const slot = this.#advance(nowMs)
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1
  }

  sum(nowMs: number): number {
    this.#advance(nowMs)
    let sum = 0
    for (const count of this.#counts) sum += count
    return sum
  }

  /** Empties the seconds that have passed since, and returns the place of this one. */
  #advance(nowMs: number): number {
    const second = Math.floor(nowMs / 1000)
    const passed = second - this.#newest
    // A clock that was set back would otherwise keep old counts for as long.
    if (passed < 0 || passed >= SECONDS) this.#counts.fill(0)
    else for (let step = 1; step <= passed; step += 1) this.#counts[(this.#newest + step) % SECONDS] = 0
    this.#newest = second
    return second % SECONDS
  }
}
