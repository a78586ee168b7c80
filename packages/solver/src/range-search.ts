import type { Kernel } from './kernel.ts'
import type { Message } from './message.ts'
import type { Sha256 } from './sha256.ts'
import type { LoadableKernel } from './wasm-kernel.ts'

/** Nonce numbers `from` up to, not including, `to`. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** What to look for; plain data, so that it can be sent to a worker. */
export interface Job {
  readonly message: Message
  /** The hash's first 32 bits must not exceed this unsigned number. */
  readonly target: number
  /** What to search with, where it may be compiled; undefined: plain JavaScript. */
  readonly kernel?: LoadableKernel | undefined
}

/** Tries the nonces of a range; the number of the first that meets the target, or -1. Synchronous. */
export type RangeSearch = (range: Range) => number

/**
 * Makes the search for one job: splits ranges at each change of the outer digits and prepares the kernel for them.
 * Blocks wholly taken by the challenge are hashed once, here.
 *
 * Self-contained on purpose (see `worker-source.ts`): kernel and hash come in as arguments.
 */
export function createRangeSearch(job: Job, kernel: Kernel, sha256: Sha256): RangeSearch {
  const { bytes, nonceAt, nonceWidth, position } = job.message
  const text = bytes.slice()
  const view = new DataView(text.buffer)
  const lastBlock = text.length - 64
  const firstOpenBlock = nonceAt - (nonceAt % 64)
  const midstate = chain(sha256.initial.slice(), 0, firstOpenBlock)
  let preparedOuter = -1

  function chain(state: Int32Array, from: number, to: number): Int32Array {
    for (let at = from; at < to; at += 64) sha256.compress(state, wordsAt(at))
    return state
  }

  function wordsAt(at: number): Int32Array {
    return Int32Array.from({ length: 16 }, (_, i) => view.getInt32(at + 4 * i))
  }

  function prepare(outer: number): void {
    const digits = outer.toString(16).padStart(nonceWidth - 4, '0')
    for (let i = 0; i < digits.length; i++) text[nonceAt + i] = digits.charCodeAt(i)
    const state = chain(midstate.slice(), firstOpenBlock, lastBlock)
    kernel.prepare({ state, words: wordsAt(lastBlock), position, target: job.target })
    preparedOuter = outer
  }

  return ({ from, to }) => {
    for (let at = from; at < to;) {
      const outer = Math.floor(at / 0x1_0000)
      const base = outer * 0x1_0000
      if (outer !== preparedOuter) prepare(outer)
      const hit = kernel.search(at - base, Math.min(to - base, 0x1_0000))
      if (hit >= 0) return base + hit
      at = base + 0x1_0000
    }
    return -1
  }
}
