/**
 * CPU time, the one thing measured here: what a process spends is the same on a busy machine, what a clock shows is not.
 */

/**
 * @typedef {object} Cost
 * @property {number} cpuUs CPU time of the whole process in microseconds: all threads, user and system
 * @property {number} ops operations done in it
 */

/**
 * @param {() => number | Promise<number>} work answers how many operations it did
 * @returns {Promise<Cost>}
 */
export async function measure(work) {
  const before = process.cpuUsage()
  const ops = await work()
  const { user, system } = process.cpuUsage(before)
  return { cpuUs: user + system, ops }
}

/**
 * A contender whose measured round is one operation over and over.
 *
 * @param {number} ops how often
 * @param {(index: number) => unknown} operation answers at once
 */
export function repeat(ops, operation) {
  return {
    run: async () =>
      await measure(() => {
        for (let index = 0; index < ops; index += 1) operation(index)
        return ops
      }),
  }
}

/**
 * @param {Cost} cost
 * @returns {number} microseconds of CPU per operation
 */
export function perOperation({ cpuUs, ops }) {
  return cpuUs / ops
}

/**
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/**
 * What a quarter of the values lie below. Neighbours only ever add to CPU time, so of costs that differ by little this
 * says more than the median.
 *
 * @param {readonly number[]} values at least one
 * @returns {number}
 */
export function lowerQuartile(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN
}

/**
 * Median of the ratios within each round, so that a slow stretch of the machine, which hits both, cancels out.
 *
 * @param {readonly number[]} values one per round
 * @param {readonly number[]} base of the same rounds
 * @returns {number}
 */
export function medianRatio(values, base) {
  return median(values.map((value, round) => value / (base[round] ?? Number.NaN)))
}
