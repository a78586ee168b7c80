/**
 * The function that every kernel exports: `search(from, to)` tries the inner values from `from` (a multiple of the
 * lanes) on, as many at a time as there are lanes, until one of a group meets the target or `to` is reached.
 *
 * An inner value, 0 to 65535, is the nonce's last four hex digits: one word of the message's last block. Whatever is the
 * same for all of them the host has worked out (`MEMORY` says what); the kernel does the rest, which is all the hashing.
 *
 * @typedef {import('./wasm-encoding.js').Code} Code
 * @typedef {import('./wasm-instructions.js').Local} Local
 * @typedef {import('./wasm-module.js').Locals} Locals
 * @typedef {import('./lanes.js').Lanes} Lanes
 * @typedef {import('./sha256.js').State} State
 */
import { MEMORY } from './memory.js'
import { round, ROUNDS, scheduleWord, varyingWords } from './sha256.js'
import { doWhile, returnValue, I32, i32, local, when } from './wasm-instructions.js'
import { createLocals, moduleOf } from './wasm-module.js'

const ALL_WORDS = Array.from({ length: 16 }, (_, word) => word)
/** Bits by which the group's first value is shifted in the result, to leave room for a bit per lane. */
const LANE_BITS = 4

/**
 * @typedef {object} Kernel
 * @property {Uint8Array} bytes the module
 * @property {1 | 4} lanes
 * @property {number} firstRound the rounds before it are the host's
 * @property {readonly number[]} varying words of the schedule that the kernel computes
 */

/**
 * Builds one kernel.
 *
 * @param {Lanes} lanes
 * @param {number} [position] which word of the block carries the inner digits; left out: whichever the host says, at the
 *   price of all 64 rounds and the whole schedule
 * @returns {Kernel}
 */
export function searchKernel(lanes, position) {
  const varies = varyingWords(position === undefined ? ALL_WORDS : [position])
  const firstRound = position === undefined ? 0 : position + 1
  const [from, to] = [local(0), local(1)]
  const locals = createLocals(2)
  const mask = locals.declare(I32)
  const { code, digestWord } = hash({ lanes, locals, varies, position, firstRound }, from)
  const body = [
    doWhile(
      [
        code,
        mask.set(lanes.lanesAtMost(digestWord, lanes.broadcast(MEMORY.target))),
        when(mask.get, returnValue(i32.or(i32.shiftLeft(from.get, i32.constant(LANE_BITS)), mask.get))),
      ],
      i32.lessUnsigned(from.tee(i32.add(from.get, i32.constant(lanes.count))), to.get),
    ),
    i32.constant(-1),
  ]
  return {
    bytes: moduleOf({ exportedAs: 'search', parameters: 2, locals, body }),
    lanes: lanes.count,
    firstRound,
    varying: varies.flatMap((isVarying, t) => (isVarying ? [t] : [])),
  }
}

/**
 * @typedef {object} Plan
 * @property {Lanes} lanes
 * @property {Locals} locals
 * @property {readonly boolean[]} varies
 * @property {number | undefined} position
 * @property {number} firstRound
 */

/**
 * Code that hashes the nonces whose inner value is `inner` and, in the other lanes, the following ones.
 *
 * @param {Plan} plan
 * @param {Local} inner
 * @returns {{ readonly code: Code, readonly digestWord: Code }} digestWord: the first of the digest's eight
 */
function hash(plan, inner) {
  const { lanes, locals, varies, position, firstRound } = plan
  const words = varies.map((isVarying) => (isVarying ? locals.declare(lanes.type) : undefined))
  const t1 = locals.declare(lanes.type)
  const opening = loadState(plan)
  const code = [digitsInto(plan, words, inner), opening.code]
  let state = opening.state
  if (position !== undefined) code.push(enterVarying(lanes, state, words[position]))
  for (let t = firstRound; t < ROUNDS; t++) {
    const word = words[t]
    if (word !== undefined && t >= 16) code.push(word.set(scheduleWord(lanes, t, varies, words)))
    // Also where it is K alone: measured, constants from memory are faster than constants in the code.
    const fixed = lanes.broadcast(MEMORY.addends + 4 * t)
    const addend = word === undefined ? fixed : lanes.add(fixed, word.get)
    const step = round(lanes, state, t1, { addend, isLast: t === ROUNDS - 1 })
    code.push(step.code)
    state = step.state
  }
  // The chaining value's first word, which 6.2.2 step 4 adds here, is in the last round's addend.
  return { code, digestWord: state.a.get }
}

/**
 * Code that makes the four hex digits of `inner` and puts them, and the rest of the block where a kernel wants it, into
 * the words of the schedule.
 *
 * @param {Plan} plan
 * @param {readonly (Local | undefined)[]} words
 * @param {Local} inner
 * @returns {Code}
 */
function digitsInto({ lanes, position }, words, inner) {
  const [eight, two] = [i32.constant(8), i32.constant(2)]
  const highAt = i32.shiftLeft(i32.shiftRightUnsigned(inner.get, eight), two)
  const lowAt = i32.shiftLeft(i32.and(inner.get, i32.constant(0xff)), two)
  const digits = lanes.or(lanes.broadcast(MEMORY.highDigits, highAt), lanes.load(lowAt, MEMORY.lowDigits))
  if (position !== undefined) return words[position]?.set(digits) ?? []
  const varyingAt = i32.load(i32.constant(0), MEMORY.varyingAt)
  return [
    lanes.store(varyingAt, 0, digits),
    ALL_WORDS.map(
      (t) => words[t]?.set(lanes.load(i32.constant(0), MEMORY.block + 4 * lanes.count * t)) ?? [],
    ),
  ]
}

/**
 * Code that loads the state before the first round.
 *
 * @param {Plan} plan
 * @returns {{ readonly code: Code, readonly state: State }}
 */
function loadState({ lanes, locals }) {
  const declare = () => locals.declare(lanes.type)
  const [a, b, c, d] = [declare(), declare(), declare(), declare()]
  const [e, f, g, h] = [declare(), declare(), declare(), declare()]
  const code = [a, b, c, d, e, f, g, h].map((variable, i) =>
    variable.set(lanes.broadcast(MEMORY.state + 4 * i)),
  )
  return { code, state: { a, b, c, d, e, f, g, h } }
}

/**
 * The host has run the round of the varying word as if that were 0. A round's word enters the new a and the new e by
 * addition alone, so it can be added afterwards: a round saved.
 *
 * @param {Lanes} lanes
 * @param {State} state
 * @param {Local | undefined} word
 * @returns {Code}
 */
function enterVarying(lanes, { a, e }, word) {
  if (word === undefined) return []
  return [a, e].map((variable) => variable.set(lanes.add(variable.get, word.get)))
}
