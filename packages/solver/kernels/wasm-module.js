/**
 * A module of one page of memory and one function, both exported (WebAssembly Core Specification 2.0, 5.5).
 *
 * @typedef {import('./wasm-encoding.js').Code} Code
 * @typedef {import('./wasm-instructions.js').Local} Local
 */
import { bytesOf, name, sized, unsigned, vector } from './wasm-encoding.js'
import { I32, local } from './wasm-instructions.js'

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
const FUNCTION_TYPE = 0x60
const END = 0x0b
const SECTION = { type: 1, function: 3, memory: 5, export: 7, code: 10 }
const EXPORTED = { function: 0x00, memory: 0x02 }

/**
 * The variables of a function under construction.
 *
 * @typedef {object} Locals
 * @property {(type: number) => Local} declare
 * @property {() => Code} declarations
 */

/**
 * @param {number} parameters how many parameters come before the variables
 * @returns {Locals}
 */
export function createLocals(parameters) {
  /** @type {number[]} */
  const types = []
  return {
    declare(type) {
      types.push(type)
      return local(parameters + types.length - 1)
    },
    declarations: () => vector(types.map((type) => [unsigned(1), type])),
  }
}

/**
 * @param {object} parts
 * @param {string} parts.exportedAs
 * @param {number} parts.parameters all of type i32, as is the result
 * @param {Locals} parts.locals
 * @param {Code} parts.body
 * @returns {Uint8Array}
 */
export function moduleOf({ exportedAs, parameters, locals, body }) {
  const type = [FUNCTION_TYPE, vector(Array.from({ length: parameters }, () => I32)), vector([I32])]
  const onePage = [0x00, unsigned(1)]
  const exports = [
    [name('memory'), EXPORTED.memory, unsigned(0)],
    [name(exportedAs), EXPORTED.function, unsigned(0)],
  ]
  return Uint8Array.from(
    bytesOf([
      MAGIC_AND_VERSION,
      section(SECTION.type, [type]),
      section(SECTION.function, [unsigned(0)]),
      section(SECTION.memory, [onePage]),
      section(SECTION.export, exports),
      section(SECTION.code, [sized([locals.declarations(), body, END])]),
    ]),
  )
}

/**
 * @param {number} id
 * @param {readonly Code[]} entries
 * @returns {Code}
 */
function section(id, entries) {
  return [id, sized(vector(entries))]
}
