/**
 * Where a kernel finds what its host prepares: byte offsets into its one page of memory. All entries are arrays of
 * 32-bit words. The host reads the same map, from the file that the build writes.
 */
export const MEMORY = {
  /** 256 words: two hex digits in ASCII, in the low half. One vector load takes four neighbours. */
  lowDigits: 0,
  /** 256 words: the same in the high half. */
  highDigits: 1024,
  /** 64 words, one to a round: its constant, and of the schedule word what is the same for all nonces. */
  addends: 2048,
  /** 64 words, one to a schedule word: the sum of those of its four terms that are the same for all nonces. */
  parts: 2304,
  /** 8 words: the state a..h before the first round that a kernel runs. */
  state: 2560,
  /** 1 word: the most that the digest's first word may be. */
  target: 2592,
  /** 1 word: offset, from 0, of the word of `block` that differs from nonce to nonce. */
  varyingAt: 2596,
  /** 16 words, each as often as the kernel has lanes: the last block of the message. */
  block: 2624,
}
