/**
 * A bounded map that forgets what was set longest ago, in two generations: no timer, no list of ages. It holds at least the
 * newest `capacity` entries, at most twice as many.
 */
export class RecentMap<Value> {
  readonly #capacity: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key)
  }

  /** Like `get`, for what is to stay as long as it is asked for; made where there is none, unless that comes to nothing. */
  recall(key: string, make: () => Value | undefined): Value | undefined {
    const hit = this.#young.get(key)
    if (hit !== undefined) return hit
    const value = this.#old.get(key) ?? make()
    if (value !== undefined) this.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#capacity) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}
