/**
 * How long an answer is believed beyond its time, in ms, while its issuer cannot be asked: an outage of the issuer does not
 * become one of ours, and whoever cuts us off from it wins no more than this for a key that it took away.
 */
const STALE_MS = 3_600_000
/** How long an old answer is used before the issuer is tried once more. */
const REST_MS = 30_000

/** Something that was fetched, and when, in ms since the epoch. */
export interface Dated<Value> {
  readonly value: Value
  readonly atMs: number
}

/** What an issuer says of itself. */
export interface KeptAnswer<Value> {
  /** Asks when nothing is kept, or it is too old. @throws what fetching throws, when there is nothing to fall back on */
  current(): Promise<Dated<Value>>
  /** Asks whatever is kept. @throws what fetching throws */
  renewed(): Promise<Dated<Value>>
}

/** Asks with `fetch` when somebody needs the answer, one question at a time, and keeps it for `keptMs`. */
export function createKeptAnswer<Value>(
  fetch: () => Promise<Value>,
  keptMs: number,
  now: () => number,
): KeptAnswer<Value> {
  let kept: Dated<Value> | undefined
  let asking: Promise<Dated<Value>> | undefined
  let restsUntilMs = 0
  const ask = async (): Promise<Dated<Value>> => {
    try {
      kept = { value: await fetch(), atMs: now() }
      return kept
    } catch (error) {
      restsUntilMs = now() + REST_MS
      throw error
    } finally {
      asking = undefined
    }
  }
  const renewed = async (): Promise<Dated<Value>> => await (asking ??= ask())
  return {
    renewed,
    async current() {
      const old = kept
      const ageMs = old === undefined ? Infinity : now() - old.atMs
      if (old === undefined || ageMs >= keptMs + STALE_MS) return await renewed()
      if (ageMs < keptMs || now() < restsUntilMs) return old
      return await renewed().catch(() => old)
    },
  }
}
