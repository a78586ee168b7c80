/** One call of a schedule: when, in ms after the schedule began, and how many units it asks for. */
export interface Arrival {
  readonly afterMs: number
  readonly units: number
}

/** @returns numbers in [0, 1), the same ones for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/**
 * Callers who know how rivals count, and time their calls by it. Fixed windows, two-bucket counters, interpolated
 * sub-buckets and GCRA admit up to twice the limit under one or another of these; `bench/` shows it.
 */
export function adversarialSchedules(
  windowMs: number,
  limit: number,
): Readonly<Record<string, readonly Arrival[]>> {
  return {
    'two bursts around a boundary': [...burst(windowMs - 1, 2 * limit), ...burst(windowMs + 1, 2 * limit)],
    'a burst, then whatever drains': [...burst(windowMs - 1, limit), ...trickle(windowMs, 2 * windowMs)],
    'a burst within a sub-slot, then whatever drains': [
      ...burst(Math.floor(windowMs * 1.1) - 1, limit),
      ...trickle(Math.floor(windowMs * 1.1), Math.floor(windowMs * 2.1)),
    ],
    'changing weights': randomWeights(windowMs, limit),
    'bursts at random': randomBursts(windowMs, limit),
  }
}

function burst(afterMs: number, calls: number): Arrival[] {
  return Array.from({ length: calls }, () => ({ afterMs, units: 1 }))
}

/** Two calls each millisecond. */
function trickle(fromMs: number, toMs: number): Arrival[] {
  return Array.from({ length: 2 * (toMs - fromMs) }, (_, i) => ({
    afterMs: fromMs + Math.floor(i / 2),
    units: 1,
  }))
}

function randomWeights(windowMs: number, limit: number): Arrival[] {
  const random = seededRandom(5)
  const arrivals: Arrival[] = []
  for (let afterMs = 0; afterMs < 4 * windowMs; afterMs += Math.floor((random() * windowMs) / 20)) {
    arrivals.push({ afterMs, units: 1 + Math.floor(random() * limit * 0.4) })
  }
  return arrivals
}

function randomBursts(windowMs: number, limit: number): Arrival[] {
  const random = seededRandom(7)
  const arrivals: Arrival[] = []
  for (let afterMs = 0; afterMs < 4 * windowMs; afterMs += Math.floor(random() * random() * windowMs)) {
    arrivals.push(...burst(afterMs, Math.floor(random() * 2 * limit)))
  }
  return arrivals
}
