const REMEMBERED = 1000

/** How long decisions took, the latest thousand of them: percentiles without buckets, 8 kB in all. */
export class LatestDurations {
  readonly #ms = new Float64Array(REMEMBERED)
  #added = 0

  add(durationMs: number): void {
    this.#ms[this.#added % REMEMBERED] = durationMs
    this.#added += 1
  }

  /** Undefined before the first one. */
  percentiles(): Percentiles | undefined {
    const of = Math.min(this.#added, REMEMBERED)
    if (of === 0) return undefined
    const sorted = this.#ms.slice(0, of).toSorted()
    const at = (share: number) => sorted[Math.ceil(share * of) - 1] ?? 0
    return { of, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
  }
}

/** Of so many durations, half, 95 and 99 of a hundred were no longer than this. */
export interface Percentiles {
  readonly of: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}
