/**
 * The same SHA-256 runs on one 32-bit word at a time or on four of them side by side, a nonce in each: a kernel is
 * written once, in the operations below, for either kind of **lanes**.
 *
 * @typedef {import('./wasm-encoding.js').Code} Code
 *
 * @typedef {object} Lanes
 * @property {1 | 4} count nonces tried at a time
 * @property {number} type of the variables that hold them
 * @property {(left: Code, right: Code) => Code} add modulo 2^32
 * @property {(left: Code, right: Code) => Code} or
 * @property {(left: Code, right: Code) => Code} xor
 * @property {(mask: Code, ifOne: Code, ifZero: Code) => Code} choose bit by bit
 * @property {(word: Code, by: number) => Code} shiftRight
 * @property {(word: Code, by: readonly number[]) => Code} rotations `word` rotated right by each number, all xored
 * @property {(offset: number, address?: Code) => Code} broadcast one word of memory, the same in every lane
 * @property {(address: Code, offset: number) => Code} load as many words of memory as there are lanes
 * @property {(address: Code, offset: number, value: Code) => Code} store
 * @property {(left: Code, right: Code) => Code} lanesAtMost a number with a bit, lane 0 the lowest, for each lane in
 *   which left <= right, unsigned
 */
import { I32, i32, i32x4, V128, v128 } from './wasm-instructions.js'

const ZERO = i32.constant(0)

/** @type {Lanes} */
export const oneLane = {
  count: 1,
  type: I32,
  add: i32.add,
  or: i32.or,
  xor: i32.xor,
  choose: (mask, ifOne, ifZero) => i32.xor(i32.and(i32.xor(ifOne, ifZero), mask), ifZero),
  shiftRight: (word, by) => i32.shiftRightUnsigned(word, i32.constant(by)),
  rotations: (word, by) => by.map((bits) => i32.rotateRight(word, i32.constant(bits))).reduce(i32.xor),
  broadcast: (offset, address = ZERO) => i32.load(address, offset),
  load: i32.load,
  store: i32.store,
  lanesAtMost: i32.atMostUnsigned,
}

/** @type {Lanes} */
export const fourLanes = {
  count: 4,
  type: V128,
  add: i32x4.add,
  or: v128.or,
  xor: v128.xor,
  // One instruction on ARM; on x86 as many as by and and xor, but measured faster.
  choose: (mask, ifOne, ifZero) => v128.bitselect(ifOne, ifZero, mask),
  shiftRight: i32x4.shiftRightUnsigned,
  // There is no vector rotation. All right shifts first, then all left shifts: two independent chains, which measured
  // faster than rotation by rotation.
  rotations: (word, by) =>
    v128.xor(
      by.map((bits) => i32x4.shiftRightUnsigned(word, bits)).reduce(v128.xor),
      by.map((bits) => i32x4.shiftLeft(word, 32 - bits)).reduce(v128.xor),
    ),
  broadcast: (offset, address = ZERO) => v128.load32Splat(address, offset),
  load: v128.load,
  store: v128.store,
  lanesAtMost: (left, right) => i32x4.bitmask(i32x4.atMostUnsigned(left, right)),
}
