import type { Kernel, PreparedBlock } from './kernel.ts'
import type { Sha256 } from './sha256.ts'

/**
 * The kernel in plain JavaScript: runs anywhere, also where WebAssembly is forbidden. The rounds before the varying
 * word are done once per outer value, and so is the part of the schedule that does not depend on it.
 *
 * Self-contained on purpose (see `worker-source.ts`): all that it uses comes in as `sha256`.
 */
export function createJsKernel(sha256: Sha256): Kernel {
  const { expand, rounds } = sha256
  const digits = Uint32Array.from({ length: 256 }, (_, byte) => {
    const text = byte.toString(16).padStart(2, '0')
    return (text.charCodeAt(0) << 8) | text.charCodeAt(1)
  })
  const schedule = new Int32Array(64)
  const hot = new Int32Array(8)
  const working = new Int32Array(8)
  let position = 0
  let firstVarying = 16
  let chained = 0
  let target = 0

  function prepare(block: PreparedBlock): void {
    position = block.position
    target = block.target
    chained = block.state[0] ?? 0
    schedule.set(block.words)
    expand(schedule, 16, 64)
    // Word i is made of words i-2, i-7, i-15 and i-16: this is the first that the varying one reaches.
    firstVarying = position >= 9 ? position + 7 : Math.max(16, position + 15)
    hot.set(block.state)
    rounds(hot, schedule, 0, position)
  }

  function search(from: number, to: number): number {
    for (let inner = from; inner < to; inner++) {
      schedule[position] = ((digits[inner >>> 8] ?? 0) << 16) | (digits[inner & 255] ?? 0)
      expand(schedule, firstVarying, 64)
      for (let i = 0; i < 8; i++) working[i] = hot[i] ?? 0
      rounds(working, schedule, position, 64)
      if (((working[0] ?? 0) + chained) >>> 0 <= target) return inner
    }
    return -1
  }

  return { prepare, search }
}
