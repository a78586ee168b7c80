/** The loops of the memory suite. Two kinds, because awaiting what is no promise would cost what it does not need. */
import { measure, perOperation } from './cpu.js'

const HOT_KEYS = 10_000
const HOT_OPS = 200_000
const KEYS = 1_000_000
/** Steps through all keys in an order that no cache can foresee: coprime to both numbers of keys. */
const STRIDE = 7_368_787

/** Where requests and answers are put, as in a program that uses them: what nobody can see is never made. */
export const seen = {
  request: /** @type {unknown} */ (undefined),
  answer: /** @type {unknown} */ (undefined),
}

/**
 * @param {(key: string) => unknown} admit answers at once
 */
export function synchronous(admit) {
  return loops((keys, ops, stride) => {
    for (let index = 0, at = 0; index < ops; index += 1, at = (at + stride) % keys.length)
      seen.answer = admit(keys[at] ?? '')
    return ops
  })
}

/**
 * @param {(key: string) => unknown} admit answers with a promise, or is to be treated as if it did
 */
export function awaited(admit) {
  return loops(async (keys, ops, stride) => {
    for (let index = 0, at = 0; index < ops; index += 1, at = (at + stride) % keys.length)
      seen.answer = await admit(keys[at] ?? '')
    return ops
  })
}

/** @param {(keys: readonly string[], ops: number, stride: number) => number | Promise<number>} run */
function loops(run) {
  /** @type {readonly string[] | undefined} */
  let hotKeys
  /** The keys are nobody else's: once done, they live on only in what kept them. */
  const measureOn = async (/** @type {readonly string[]} */ keys, /** @type {number} */ stride) =>
    await measure(() => run(keys, keys.length, stride))
  return {
    async hot() {
      hotKeys ??= makeKeys(HOT_KEYS)
      const keys = hotKeys
      return await measure(() => run(keys, HOT_OPS, STRIDE))
    },
    async million() {
      const before = heapBytes()
      const fill = await measureOn(makeKeys(KEYS), 1)
      const bytesPerKey = (heapBytes() - before) / KEYS
      // Equal texts, other strings: in a server each request brings its own.
      const random = await measureOn(makeKeys(KEYS), STRIDE)
      return { fillUs: perOperation(fill), randomUs: perOperation(random), bytesPerKey }
    },
  }
}

/**
 * @param {number} count
 * @returns {string[]} texts of 20 characters, as the gate's names of callers are
 */
function makeKeys(count) {
  const bytes = Buffer.alloc(20, 'k')
  return Array.from({ length: count }, (_, index) => {
    bytes.write((0x1000000 + index).toString(36), 8)
    return bytes.toString('latin1', 0, 20)
  })
}

function heapBytes() {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
