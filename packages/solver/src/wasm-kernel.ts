import type { Kernel, PreparedBlock } from './kernel.ts'
import type { Sha256 } from './sha256.ts'

/** Where a kernel finds what its host prepares: byte offsets (packages/solver/kernels/memory.js says what is there). */
export interface KernelMemory {
  readonly lowDigits: number
  readonly highDigits: number
  readonly addends: number
  readonly parts: number
  readonly state: number
  readonly target: number
  readonly varyingAt: number
  readonly block: number
}

/** A kernel as it stands in the package, and what its host must know of it. */
export interface KernelCode {
  /** Nonces tried at a time. */
  readonly lanes: 1 | 4
  /** The one position of the inner digits that it knows; undefined: any. */
  readonly position: number | undefined
  /** The rounds before it are the host's. */
  readonly firstRound: number
  /** Words of the schedule that differ from nonce to nonce: the kernel computes these, the host all others. */
  readonly varying: readonly number[]
  /** The module. */
  readonly base64url: string
}

/** A kernel as data that can be sent to a worker. */
export interface LoadableKernel extends Omit<KernelCode, 'base64url'> {
  readonly bytes: Uint8Array
  readonly memory: KernelMemory
}

/** What a kernel's module exports. */
export interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  /**
   * Tries inner values from `from`, a multiple of the lanes, until `to` is reached: -1, or the first value of the group
   * that has a hit times 16, plus a bit for each lane of it that met the target.
   */
  readonly search: (from: number, to: number) => number
}

/**
 * The host of a WebAssembly kernel: works out what is the same for all inner values of a block and puts it where the
 * kernel looks for it.
 *
 * Self-contained on purpose (see `worker-source.ts`): all that it uses comes in as arguments.
 */
export function createWasmKernel(loaded: LoadableKernel, exports: KernelExports, sha256: Sha256): Kernel {
  /**
   * Values tried in one call: some 30 microseconds. V8 swaps in better code for a function when it is called, never
   * while it runs, and its first, quick translation is several times slower.
   */
  const valuesPerCall = 512
  const { lanes, memory } = loaded
  const words = new Int32Array(exports.memory.buffer)
  const varies = Array.from({ length: 64 }, (_, t) => loaded.varying.includes(t))
  const schedule = new Int32Array(64)

  for (let byte = 0; byte < 256; byte++) {
    const text = byte.toString(16).padStart(2, '0')
    const digits = (text.charCodeAt(0) << 8) | text.charCodeAt(1)
    words[memory.lowDigits / 4 + byte] = digits
    words[memory.highDigits / 4 + byte] = digits << 16
  }

  /** Varying words count as 0 here: of the sums that they go into, what is left is the part that is always the same. */
  function prepareSchedule(block: PreparedBlock): void {
    schedule.set(block.words)
    schedule[block.position] = 0
    for (let t = 0; t < 64; t++) {
      if (t >= 16) sha256.expand(schedule, t, t + 1)
      words[memory.parts / 4 + t] = schedule[t] ?? 0
      if (varies[t] === true) schedule[t] = 0
      words[memory.addends / 4 + t] = (sha256.constants[t] ?? 0) + (schedule[t] ?? 0)
    }
    // What FIPS 180-4, 6.2.2 step 4 adds to the result of the last round may as well be added in it.
    const last = memory.addends / 4 + 63
    words[last] = (words[last] ?? 0) + (block.state[0] ?? 0)
  }

  function prepareBlock(block: PreparedBlock): void {
    for (let i = 0; i < 16 * lanes; i++) words[memory.block / 4 + i] = block.words[Math.floor(i / lanes)] ?? 0
    words[memory.varyingAt / 4] = memory.block + 4 * lanes * block.position
  }

  /** The value of the first hit in a group that lies within the range, or -1. */
  function firstOf(hit: number, from: number, to: number): number {
    for (let lane = 0; lane < lanes; lane++) {
      const inner = (hit >> 4) + lane
      if (((hit >> lane) & 1) === 1 && inner >= from && inner < to) return inner
    }
    return -1
  }

  return {
    prepare(block) {
      prepareSchedule(block)
      prepareBlock(block)
      const state = block.state.slice()
      sha256.rounds(state, schedule, 0, loaded.firstRound)
      words.set(state, memory.state / 4)
      words[memory.target / 4] = block.target
    },
    search(from, to) {
      let at = from - (from % lanes)
      while (at < to) {
        const hit = exports.search(at, Math.min(at + valuesPerCall, to))
        const inner = hit < 0 ? -1 : firstOf(hit, from, to)
        if (inner >= 0) return inner
        at = hit < 0 ? at + valuesPerCall : (hit >> 4) + lanes
      }
      return -1
    },
  }
}
