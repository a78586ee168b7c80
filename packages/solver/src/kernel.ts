/** The last block of a message for one outer value, ready for a kernel. */
export interface PreparedBlock {
  /** Chaining state (eight words) before this block. */
  readonly state: Int32Array
  /** The block's sixteen words; the one at `position` is a placeholder. */
  readonly words: Int32Array
  /** Which word carries the four inner digits: 0 to 12. */
  readonly position: number
  /** The hash's first 32 bits must not exceed this unsigned number. */
  readonly target: number
}

/** The inner loop, in whatever form is fastest on the machine. Synchronous: its caller decides when to come up for air. */
export interface Kernel {
  /** Makes ready for a new outer value. */
  prepare(block: PreparedBlock): void
  /** Tries inner values `from` up to, not including, `to` (<= 65536); the first that meets the target, or -1. */
  search(from: number, to: number): number
}
