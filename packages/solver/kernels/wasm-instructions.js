/**
 * The instructions that the kernels use, by the names of the specification (WebAssembly Core Specification 2.0, 5.4).
 * Operands come first in the code, as a stack machine wants them.
 *
 * @typedef {import('./wasm-encoding.js').Code} Code
 */
import { signed, unsigned } from './wasm-encoding.js'

export const I32 = 0x7f
export const V128 = 0x7b
const NO_RESULT = 0x40
const END = 0x0b

/** @param {number} opcode @returns {(left: Code, right: Code) => Code} */
const binary = (opcode) => (left, right) => [left, right, opcode]

/** Of the vector instructions the opcode is a number of its own, after a prefix. @param {number} opcode @returns {Code} */
const vectorOpcode = (opcode) => [0xfd, unsigned(opcode)]

/** @param {number} opcode @returns {(left: Code, right: Code) => Code} */
const vectorBinary = (opcode) => (left, right) => [left, right, vectorOpcode(opcode)]

/** @param {number} opcode @returns {(vector: Code, by: number) => Code} */
const vectorShift = (opcode) => (vector, by) => [vector, i32.constant(by), vectorOpcode(opcode)]

/**
 * Where a load or store goes: `offset` bytes after the address on the stack, which is promised to be a multiple of
 * 2 to the power `alignment`.
 *
 * @param {number} alignment
 * @param {number} offset
 * @returns {Code}
 */
const place = (alignment, offset) => [unsigned(alignment), unsigned(offset)]

export const i32 = {
  /** @param {number} value @returns {Code} */
  constant: (value) => [0x41, signed(value)],
  /** @param {Code} address @param {number} offset @returns {Code} */
  load: (address, offset) => [address, 0x28, place(2, offset)],
  /** @param {Code} address @param {number} offset @param {Code} value @returns {Code} */
  store: (address, offset, value) => [address, value, 0x36, place(2, offset)],
  lessUnsigned: binary(0x49),
  atMostUnsigned: binary(0x4d),
  add: binary(0x6a),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shiftLeft: binary(0x74),
  shiftRightUnsigned: binary(0x76),
  rotateRight: binary(0x78),
}

export const v128 = {
  /** @param {Code} address @param {number} offset @returns {Code} */
  load: (address, offset) => [address, vectorOpcode(0x00), place(4, offset)],
  /** One word of memory into all four lanes. @param {Code} address @param {number} offset @returns {Code} */
  load32Splat: (address, offset) => [address, vectorOpcode(0x09), place(2, offset)],
  /** @param {Code} address @param {number} offset @param {Code} value @returns {Code} */
  store: (address, offset, value) => [address, value, vectorOpcode(0x0b), place(4, offset)],
  or: vectorBinary(0x50),
  xor: vectorBinary(0x51),
  /** @param {Code} ifOne @param {Code} ifZero @param {Code} mask @returns {Code} */
  bitselect: (ifOne, ifZero, mask) => [ifOne, ifZero, mask, vectorOpcode(0x52)],
}

export const i32x4 = {
  atMostUnsigned: vectorBinary(0x3e),
  /** The top bit of each lane, as the low four bits of a number. @param {Code} vector @returns {Code} */
  bitmask: (vector) => [vector, vectorOpcode(0xa4)],
  shiftLeft: vectorShift(0xab),
  shiftRightUnsigned: vectorShift(0xad),
  add: vectorBinary(0xae),
}

/**
 * A parameter or variable of a function.
 *
 * @typedef {object} Local
 * @property {Code} get
 * @property {(value: Code) => Code} set
 * @property {(value: Code) => Code} tee sets it and leaves the value on the stack
 */

/** @param {number} index @returns {Local} */
export function local(index) {
  return {
    get: [0x20, unsigned(index)],
    set: (value) => [value, 0x21, unsigned(index)],
    tee: (value) => [value, 0x22, unsigned(index)],
  }
}

/**
 * Repeats `body` as long as `condition`, which follows it, is not 0.
 *
 * @param {Code} body
 * @param {Code} condition
 * @returns {Code}
 */
export function doWhile(body, condition) {
  return [0x03, NO_RESULT, body, condition, 0x0d, unsigned(0), END]
}

/** @param {Code} condition @param {Code} body @returns {Code} */
export function when(condition, body) {
  return [condition, 0x04, NO_RESULT, body, END]
}

/** Ends the function. @param {Code} value @returns {Code} */
export function returnValue(value) {
  return [value, 0x0f]
}
