/** The least that says whether a runtime has vectors: a function that adds two. */
import { i32, i32x4, v128 } from './wasm-instructions.js'
import { createLocals, moduleOf } from './wasm-module.js'

/** @returns {Uint8Array} */
export function simdProbe() {
  const four = v128.load32Splat(i32.constant(0), 0)
  const body = i32x4.bitmask(i32x4.add(four, four))
  return moduleOf({ exportedAs: 'probe', parameters: 0, locals: createLocals(0), body })
}
