/**
 * How WebAssembly writes numbers, names and lists (WebAssembly Core Specification 2.0, 5.1 and 5.2).
 *
 * @typedef {number | readonly Code[]} Code Bytes in the order in which they stand in the module, nested as the
 *   expressions are that they encode: `add(x, y)` is `[x, y, 0x6a]`.
 */

/**
 * @param {Code} code
 * @returns {readonly number[]} its bytes
 */
export function bytesOf(code) {
  return typeof code === 'number' ? [code] : code.flatMap(bytesOf)
}

/**
 * Unsigned LEB128: seven bits to a byte, least significant first, the top bit set on all but the last.
 *
 * @param {number} value 0 to 2^31 - 1
 * @returns {Code}
 */
export function unsigned(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, unsigned(value >>> 7)]
}

/**
 * Signed LEB128: the second bit of the last byte is the sign.
 *
 * @param {number} value 32 bits
 * @returns {Code}
 */
export function signed(value) {
  const isLast = value >= -0x40 && value < 0x40
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, signed(value >> 7)]
}

/**
 * A list with its length in front.
 *
 * @param {readonly Code[]} items
 * @returns {Code}
 */
export function vector(items) {
  return [unsigned(items.length), items]
}

/**
 * Code with its length in bytes in front, so that a reader may skip it.
 *
 * @param {Code} code
 * @returns {Code}
 */
export function sized(code) {
  return vector(bytesOf(code))
}

/**
 * @param {string} text ASCII
 * @returns {Code}
 */
export function name(text) {
  return vector(Array.from(text, (character) => character.charCodeAt(0)))
}
